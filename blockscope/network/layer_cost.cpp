#include "blockscope/network/layer_cost.hpp"

#include <algorithm>

namespace blockscope {

std::vector<LayerCost> layer_costs(const NetworkGraph& network) {
    const auto costs = operator_costs(network);
    std::vector<LayerCost> layers;
    for (std::size_t i = 0; i < costs.size(); ++i) {
        const Operator& op = network.operators[i];
        Location where = op.where;
        if (where.part != Location::Part::body) where.layer = 0;
        if (layers.empty() || layers.back().where != where) {
            layers.push_back({where, op.in, op.out, {}});
        }
        LayerCost& layer = layers.back();
        layer.out = op.out;
        layer.cost.macs += costs[i].macs;
        layer.cost.macs_torchprofile += costs[i].macs_torchprofile;
        layer.cost.params += costs[i].params;
        layer.cost.activation_bytes_total += costs[i].activation_bytes_total;
        layer.cost.activation_bytes_peak =
            std::max(layer.cost.activation_bytes_peak, costs[i].activation_bytes_peak);
    }
    return layers;
}

}  // namespace blockscope
