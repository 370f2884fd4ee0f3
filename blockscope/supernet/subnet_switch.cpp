#include "blockscope/supernet/subnet_switch.hpp"

#include <utility>

namespace blockscope {

void SubnetSwitch::to(const Architecture& a) {
    struct Before {
        Slice slice;
        LayerWeights* weights;
    };
    Subnet old = std::exchange(subnet_, {});
    std::map<const SupernetLayer*, Before> before;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        if (layers_[i] == nullptr) continue;
        before[layers_[i]] = {slice_of(old.network.operators[i]), &old.weights[i]};
    }
    layers_.clear();
    Subnet made{lower(net_.space, a), {}};
    for (const Operator& op : made.network.operators) {
        const SupernetLayer* const layer = layer_of(net_.layers, net_.space, a, op);
        layers_.push_back(layer);
        LayerWeights& weights = made.weights.emplace_back();
        if (layer == nullptr) continue;
        const auto found = before.find(layer);
        if (found == before.end() || found->second.slice != slice_of(op)) {
            weights = layer_weights(net_, *layer, op);
            continue;
        }
        weights = std::move(*found->second.weights);
        set_stored_statistics(net_, *layer, op, weights);
    }
    subnet_ = std::move(made);
}

Parameters SubnetSwitch::folded() {
    const NetworkGraph& network = subnet_.network;
    Parameters parameters(network.operators.size());
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        if (layers_[i] == nullptr) continue;
        const Slice slice = slice_of(network.operators[i]);
        const BatchNorm& norm = subnet_.weights[i].batch_norm;
        Folded& kept = folded_[layers_[i]];
        if (!kept.entry || kept.slice != slice || kept.norm != norm) {
            kept = {slice, norm, folded_layer(subnet_, i)};
        }
        parameters[i] = kept.entry;
    }
    return parameters;
}

}  // namespace blockscope
