#include "blockscope/supernet/layout.hpp"

#include <algorithm>
#include <cassert>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "blockscope/supernet/layer_names.hpp"

namespace blockscope {
namespace {

/// Sizes of an operator in its largest form.
struct Largest {
    Operator op;
    std::vector<int> kernels;

    void include(const Operator& other) {
        op.in.channels = std::max(op.in.channels, other.in.channels);
        op.out.channels = std::max(op.out.channels, other.out.channels);
        op.groups = std::max(op.groups, other.groups);
        op.kernel = std::max(op.kernel, other.kernel);
        kernels.push_back(other.kernel);
    }
};

bool weighted(const Operator& op) {
    return op.kind == OpKind::convolution || op.kind == OpKind::linear;
}

/// Family of the block that an operator belongs to.
Family family_of(const DesignSpace& space, const Architecture& a, const Location& where) {
    if (where.part != Location::Part::body) return space.blocks.front().family;
    return space.blocks[a.block[space.units[where.unit].first_slot + where.layer]].family;
}

class Collector {
public:
    explicit Collector(const DesignSpace& space) : names_(space) {}

    /// Operators of one part of the network, in all forms that it can take.
    void include(const NetworkGraph& network, Family family) {
        for (const Operator& op : network.operators) {
            if (!weighted(op)) continue;
            const auto key = std::pair(op.role, op.where.layer);
            const auto found = std::find_if(part_.begin(), part_.end(),
                                            [&](const auto& p) { return p.first == key; });
            if (found != part_.end()) {
                found->second.include(op);
            } else {
                part_.push_back({key, {op, {op.kernel}}});
            }
        }
        family_ = family;
    }

    void finish_part() {
        for (auto& [key, largest] : part_) layers_.push_back(layer_of(largest));
        part_.clear();
    }

    std::vector<SupernetLayer> layers() && { return std::move(layers_); }

private:
    SupernetLayer layer_of(Largest& largest) const {
        const Operator& op = largest.op;
        SupernetLayer layer;
        layer.where = op.where;
        layer.role = op.role;
        layer.family = family_;
        layer.shape = {op.out.channels, op.in.channels / op.groups};
        if (op.kind == OpKind::convolution) {
            layer.shape.insert(layer.shape.end(), {op.kernel, op.kernel});
        }
        std::sort(largest.kernels.begin(), largest.kernels.end());
        largest.kernels.erase(std::unique(largest.kernels.begin(), largest.kernels.end()),
                              largest.kernels.end());
        layer.kernels = largest.kernels;
        const LayerNames names = names_.of(op, family_);
        layer.weight = names.weight;
        layer.bias = op.bias ? names.bias : "";
        layer.batch_norm = op.batch_norm ? names.batch_norm : "";
        layer.transform = names.transform;
        return layer;
    }

    SupernetNames names_;
    Family family_ = Family::mbconv;
    std::vector<std::pair<std::pair<Role, int>, Largest>> part_;
    std::vector<SupernetLayer> layers_;
};

int largest(const std::vector<int>& channels) {
    return *std::max_element(channels.begin(), channels.end());
}

/// Every stem choice at its widest, every layer present.
Architecture widest_stem(const DesignSpace& space) {
    Architecture a;
    a.resolution = static_cast<std::uint16_t>(space.default_resolution);
    for (const FixedLayer& layer : space.stem) {
        if (layer.presence_choice >= 0) a.stem[layer.presence_choice] = 1;
        if (layer.width_choice < 0) continue;
        const auto& channels = layer.channels;
        a.stem[layer.width_choice] = static_cast<std::uint8_t>(
            std::max_element(channels.begin(), channels.end()) - channels.begin());
    }
    return a;
}

}  // namespace

std::string SupernetLayer::matrix(std::size_t i) const {
    return fmt::format("{}{}to{}_matrix", transform, kernels[i + 1], kernels[i]);
}

std::vector<SupernetLayer> supernet_layers(const DesignSpace& space) {
    Collector collect(space);
    const Family style = space.blocks.front().family;
    const NetworkGraph stem = lower_stem(space, widest_stem(space));
    collect.include(stem, style);
    collect.finish_part();
    Shape map{stem.operators.empty() ? 3 : stem.operators.back().out.channels, 8, 8};
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        const Unit& unit = space.units[u];
        const int out = largest(unit.channels);
        const int width = static_cast<int>(
            std::find(unit.channels.begin(), unit.channels.end(), out) - unit.channels.begin());
        for (int l = 0; l < unit.max_depth; ++l) {
            for (const Family family : {Family::mbconv, Family::bottleneck}) {
                for (std::size_t b = 0; b < space.blocks.size(); ++b) {
                    if (space.blocks[b].family != family) continue;
                    collect.include(
                        lower_layer(space, static_cast<int>(u), l, width, static_cast<int>(b), map),
                        family);
                }
                collect.finish_part();
            }
            map.channels = out;
        }
    }
    collect.include(lower_head(space, map), style);
    collect.finish_part();
    return std::move(collect).layers();
}

const SupernetLayer* layer_of(const std::vector<SupernetLayer>& layers, const DesignSpace& space,
                              const Architecture& a, const Operator& op) {
    if (!weighted(op)) return nullptr;
    const Family family = family_of(space, a, op.where);
    const auto layer = std::find_if(layers.begin(), layers.end(), [&](const SupernetLayer& l) {
        return l.where == op.where && l.role == op.role && l.family == family;
    });
    assert(layer != layers.end());  // the layers are all that lowering makes
    return &*layer;
}

std::vector<SupernetTensor> supernet_tensors(const std::vector<SupernetLayer>& layers) {
    std::vector<SupernetTensor> tensors;
    for (const SupernetLayer& layer : layers) {
        for (std::size_t i = 0; i + 1 < layer.kernels.size(); ++i) {
            const std::int64_t n = std::int64_t{layer.kernels[i]} * layer.kernels[i];
            tensors.push_back({layer.matrix(i), {n, n}, true});
        }
        tensors.push_back({layer.weight, layer.shape});
        if (!layer.bias.empty()) tensors.push_back({layer.bias, {layer.shape[0]}});
        if (layer.batch_norm.empty()) continue;
        for (const char* part : {".weight", ".bias", ".running_mean", ".running_var"}) {
            tensors.push_back({layer.batch_norm + part, {layer.shape[0]}});
        }
        tensors.push_back({layer.batch_norm + ".num_batches_tracked", {}, true});
    }
    return tensors;
}

}  // namespace blockscope
