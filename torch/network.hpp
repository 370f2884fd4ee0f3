#pragma once

#include <vector>

#include "blockscope/supernet/torch_interface.hpp"

namespace at {
class Tensor;
}

namespace blockscope {

/// Batch norms normalise with the running statistics, with the batch's, or with the batch's and
/// move the running ones.
enum class NormMode { running, batch, training };

/// Mean and biased variance of the map in front of each batch norm, in the order of operators.
struct MapStatistics {
    std::vector<at::Tensor> means;
    std::vector<at::Tensor> variances;
};

/// Images as networks see them: [image, channel, row, column], channels-last, float32.
at::Tensor normalised(const TorchImages& images, const at::Tensor& on_device_of);

/// Outputs [image, feature] of the network. statistics: filled unless null.
at::Tensor forward(const TorchNetwork& network, const std::vector<at::Tensor>& tensors,
                   const at::Tensor& images, NormMode mode, MapStatistics* statistics = nullptr);

}  // namespace blockscope
