#include "blockscope/network/cost.hpp"

#include <algorithm>

namespace blockscope {
namespace {

std::int64_t macs(const Operator& op) {
    if (op.kind == OpKind::convolution) {
        return op.out.elements() * (op.in.channels / op.groups) * op.kernel * op.kernel;
    }
    if (op.kind == OpKind::linear) return op.in.elements() * op.out.channels;
    return 0;
}

std::int64_t products_and_means(const Operator& op) {
    std::int64_t count = 0;
    if (op.activation == Activation::h_swish || op.activation == Activation::swish) {
        count += op.out.elements();
    }
    if (op.kind == OpKind::scale || op.kind == OpKind::average_pool) count += op.out.elements();
    if (op.kind == OpKind::global_pool) {
        count += op.out.channels;
        if (op.two_means) count += std::int64_t{op.in.channels} * op.in.height;
    }
    return count;
}

std::int64_t params(const Operator& op) {
    std::int64_t count = 0;
    if (op.kind == OpKind::convolution) {
        count =
            std::int64_t{op.out.channels} * (op.in.channels / op.groups) * op.kernel * op.kernel;
    } else if (op.kind == OpKind::linear) {
        count = op.in.elements() * op.out.channels;
    }
    if (op.bias) count += op.out.channels;
    if (op.batch_norm) count += 2LL * op.out.channels;
    return count;
}

constexpr std::int64_t float_bytes = 4;

}  // namespace

std::vector<Cost> operator_costs(const NetworkGraph& network) {
    const int count = static_cast<int>(network.operators.size());
    std::vector<int> last_use(static_cast<std::size_t>(count) + 1, -1);
    for (int i = 0; i < count; ++i) {
        const Operator& op = network.operators[i];
        last_use[op.input] = i;
        if (op.second >= 0) last_use[op.second] = i;
    }
    last_use[count] = count;  // the network's output outlives it
    std::vector<Cost> costs(count);
    std::int64_t alive = float_bytes * network.input.elements();
    for (int i = 0; i < count; ++i) {
        const Operator& op = network.operators[i];
        const std::int64_t out = float_bytes * op.out.elements();
        const bool in_place =
            (op.kind == OpKind::add || op.kind == OpKind::scale) && last_use[op.input] == i;
        Cost& c = costs[i];
        c.macs = macs(op);
        c.macs_torchprofile = c.macs + products_and_means(op);
        c.params = params(op);
        c.activation_bytes_total = out;
        c.activation_bytes_peak = in_place ? alive : alive + out;
        alive += out;
        if (last_use[op.input] == i) alive -= float_bytes * op.in.elements();
        if (op.second >= 0 && op.second != op.input && last_use[op.second] == i) {
            alive -= float_bytes * network.shape(op.second).elements();
        }
        if (last_use[i + 1] < 0) alive -= out;
    }
    return costs;
}

Cost cost(const NetworkGraph& network) {
    Cost total;
    for (const Cost& c : operator_costs(network)) {
        total.macs += c.macs;
        total.macs_torchprofile += c.macs_torchprofile;
        total.params += c.params;
        total.activation_bytes_peak =
            std::max(total.activation_bytes_peak, c.activation_bytes_peak);
        total.activation_bytes_total += c.activation_bytes_total;
    }
    return total;
}

namespace {

double pick(const NetworkGraph& network, Count count) {
    const Cost c = cost(network);
    switch (count) {
        case Count::macs:
            return static_cast<double>(c.macs);
        case Count::macs_torchprofile:
            return static_cast<double>(c.macs_torchprofile);
        case Count::params:
            return static_cast<double>(c.params);
        case Count::activation_bytes_peak:
            return static_cast<double>(c.activation_bytes_peak);
        case Count::activation_bytes_total:
            return static_cast<double>(c.activation_bytes_total);
    }
    return 0;
}

Shape result(const NetworkGraph& network) {
    return network.operators.empty() ? network.input : network.operators.back().out;
}

}  // namespace

LayerTable count_table(const DesignSpace& space, int resolution, Count count) {
    LayerTable table(space, count == Count::activation_bytes_peak ? LayerTable::Combine::max
                                                                  : LayerTable::Combine::sum);
    std::vector<Shape> incoming(table.incoming_states(0));
    for (int v = 0; v < table.stem_variants(); ++v) {
        Architecture a = table.stem_architecture(v);
        a.resolution = static_cast<std::uint16_t>(resolution);
        const NetworkGraph stem = lower_stem(space, a);
        table.stem(v) = pick(stem, count);
        incoming[table.stem_state(v)] = result(stem);
    }
    const int block_count = static_cast<int>(space.blocks.size());
    for (int u = 0; u < table.unit_count(); ++u) {
        std::vector<Shape> outgoing(table.width_states(u));
        for (int w = 0; w < table.width_states(u); ++w) {
            for (int b = 0; b < block_count; ++b) {
                for (int i = 0; i < table.incoming_states(u); ++i) {
                    const NetworkGraph layer = lower_layer(space, u, 0, w, b, incoming[i]);
                    table.term(u, 0, i, w, b) = pick(layer, count);
                    outgoing[w] = result(layer);
                }
                // layers behind the first share one shape
                if (space.units[u].max_depth > 1) {
                    const double later = pick(lower_layer(space, u, 1, w, b, outgoing[w]), count);
                    for (int l = 1; l < space.units[u].max_depth; ++l) {
                        table.term(u, l, 0, w, b) = later;
                    }
                }
            }
        }
        incoming = std::move(outgoing);
    }
    for (int w = 0; w < static_cast<int>(incoming.size()); ++w) {
        table.head(w) = pick(lower_head(space, incoming[w]), count);
    }
    return table;
}

}  // namespace blockscope
