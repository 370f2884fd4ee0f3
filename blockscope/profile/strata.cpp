#include "blockscope/profile/strata.hpp"

#include <algorithm>

namespace blockscope {

Strata::Strata(const DesignSpace& space, Protocol protocol)
    : space_(space), protocol_(protocol), blocks_(static_cast<int>(space.blocks.size())) {
    const bool by_depth = protocol == Protocol::published;
    const BodyDistribution body = uniform_body(space);
    events_.push_back({});
    for (int u = 0; u < static_cast<int>(space.units.size()); ++u) {
        const Unit& unit = space.units[u];
        const auto depths = allowed(unit.depths);
        depth_.emplace_back(unit.max_depth + 1, -1);
        for (const int d : depths) {
            UnitDistribution inside = body[u];
            inside.depth.assign(inside.depth.size(), 0.0);
            inside.depth[d] = 1;
            depth_[u][d] = add(u, std::move(inside));
        }
        auto& first = first_.emplace_back(unit.channels.size());
        auto& inert = inert_.emplace_back(unit.channels.size());
        for (std::size_t w = 0; w < unit.channels.size(); ++w) {
            first[w].assign(unit.max_depth + 1, -1);
            inert[w].assign(unit.max_depth + 1, -1);
        }
        for (const int w : allowed(unit.widths)) {
            int shared = -1;
            for (const int d : by_depth ? depths : std::vector<int>{depths.back()}) {
                shared = static_cast<int>(lookup_.size());
                first[w][d] = shared;
                lookup_.resize(lookup_.size() + static_cast<std::size_t>(d) * blocks_, -1);
                for (int l = 0; l < d; ++l) {
                    for (const int b : allowed(unit.blocks[l])) {
                        lookup_[shared + l * blocks_ + b] =
                            add(u, fixed(u, w, by_depth ? d : 0, l, b));
                    }
                }
                if (by_depth) inert[w][d] = add(u, fixed(u, w, d, -1, 0));
            }
            if (!by_depth) std::fill(first[w].begin(), first[w].end(), shared);
        }
        most_ += 1 + depths.back() + (by_depth ? 1 : 0);
    }
}

int Strata::add(int unit, UnitDistribution inside) {
    events_.push_back({unit, std::move(inside)});
    return static_cast<int>(events_.size()) - 1;
}

UnitDistribution Strata::fixed(int unit, int width, int depth, int layer, int block) const {
    UnitDistribution d =
        layer < 0 ? uniform_body(space_)[unit]
                  : fixed_unit(space_, {unit, layer, width, block}, Protocol::definition);
    d.width.assign(d.width.size(), 0.0);
    d.width[width] = 1;
    if (depth > 0) {
        d.depth.assign(d.depth.size(), 0.0);
        d.depth[depth] = 1;
    }
    return d;
}

int Strata::of(const Architecture& a, int* numbers) const {
    int n = 0;
    numbers[n++] = 0;
    for (std::size_t u = 0; u < space_.units.size(); ++u) {
        const int d = a.depth[u];
        const int w = a.width[u];
        numbers[n++] = depth_[u][d];
        const std::uint8_t* block = a.block.data() + space_.units[u].first_slot;
        const int* lookup = lookup_.data() + first_[u][w][d];
        for (int l = 0; l < d; ++l) numbers[n++] = lookup[l * blocks_ + block[l]];
        if (protocol_ == Protocol::published) numbers[n++] = inert_[u][w][d];
    }
    return n;
}

Strata::Mixture Strata::placement(const Placement& p) const {
    const int offset = p.layer * blocks_ + p.block;
    if (protocol_ == Protocol::definition) {
        return {{lookup_[first_[p.unit][p.width].back() + offset], 1.0}};
    }
    Mixture mixture;
    const auto depths = depth_weights(space_, p.unit, p.layer, protocol_);
    for (int d = 0; d < static_cast<int>(depths.size()); ++d) {
        if (depths[d] == 0) continue;
        const int stratum = d <= p.layer ? inert_[p.unit][p.width][d]
                                         : lookup_[first_[p.unit][p.width][d] + offset];
        mixture.push_back({stratum, depths[d]});
    }
    return mixture;
}

}  // namespace blockscope
