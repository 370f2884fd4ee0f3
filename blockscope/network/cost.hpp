#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "blockscope/network/graph.hpp"
#include "blockscope/space/layer_table.hpp"

namespace blockscope {

/// Exact counts of one operator or one network, for one image.
/// macs: multiply-accumulates of convolutions and linear layers; biases, batch norm, activations,
/// pooling and additions count 0.
/// macs_torchprofile: macs plus one for every output element of an element-wise product (h-swish,
/// swish, squeeze-and-excite rescale), of a mean and of an average pool. A global pool that runs as
/// two means counts channels x height, then channels.
/// params: weights, biases, 2 for each batch-norm channel; running statistics are not parameters.
/// activation_bytes_peak: largest float32 bytes alive at once when the operators run in order, a
/// tensor lives from its making to its last use, activations and batch norm work in place,
/// additions and rescales write over their first operand when nothing else needs it. Weights not
/// included. activation_bytes_total: float32 bytes of all operators' results.
struct Cost {
    std::int64_t macs = 0;
    std::int64_t macs_torchprofile = 0;
    std::int64_t params = 0;
    std::int64_t activation_bytes_peak = 0;
    std::int64_t activation_bytes_total = 0;
};

/// Of each operator (peak: bytes alive while it runs), in order.
std::vector<Cost> operator_costs(const NetworkGraph& network);

Cost cost(const NetworkGraph& network);

enum class Count { macs, macs_torchprofile, params, activation_bytes_peak, activation_bytes_total };

/// `cost` of any architecture of the space at one resolution as a table of layer terms; equal to
/// lowering and counting. Takes milliseconds, a look-up then nanoseconds.
/// Throws Error if a map would vanish.
LayerTable count_table(const DesignSpace& space, int resolution, Count count);

}  // namespace blockscope
