#pragma once

#include <memory>
#include <vector>

#include "blockscope/network/parameters.hpp"
#include "blockscope/supernet/supernet.hpp"

namespace blockscope {

/// scale * (x - mean) / sqrt(variance + eps) + shift, of each channel.
struct BatchNorm {
    std::vector<float> scale;
    std::vector<float> shift;
    std::vector<double> mean;
    std::vector<double> variance;
    friend bool operator==(const BatchNorm&, const BatchNorm&) = default;
};

/// Numbers of one operator, batch norm apart. weight: as in OperatorParameters; bias and
/// batch_norm: empty where the operator has none.
struct LayerWeights {
    std::vector<float> weight;
    std::vector<float> bias;
    BatchNorm batch_norm;
};

/// One architecture taken out of a supernet: a plain network with weights of its own.
struct Subnet {
    NetworkGraph network;
    std::vector<LayerWeights> weights;  ///< of each operator; empty for those without
};

/// The first channels of everything, as in the Once-for-All code: the weights were sorted by
/// importance before smaller sub-networks were trained. Kernels go from the largest size down by
/// cutting out the middle and multiplying with the layer's matrix, in float32 and in the order of
/// that code, so the numbers are the same to the bit.
/// `a` may use anything the space describes. Throws Error if `a` is none of its architectures.
Subnet extract(const Supernet& net, const Architecture& a);

/// The numbers that an operator takes of its layer, with the stored batch statistics.
LayerWeights layer_weights(const Supernet& net, const SupernetLayer& layer, const Operator& op);

/// Back to those statistics, whatever was estimated.
void set_stored_statistics(const Supernet& net, const SupernetLayer& layer, const Operator& op,
                           LayerWeights& weights);

/// What engines run of operator `op`, which has numbers: batch norm folded into weight and bias.
std::shared_ptr<const ParameterSource> folded_layer(const Subnet& subnet, std::size_t op);

/// The same of every operator.
Parameters folded(const Subnet& subnet);

}  // namespace blockscope
