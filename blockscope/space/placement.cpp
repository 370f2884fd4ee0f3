#include "blockscope/space/placement.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"

namespace blockscope {

std::string_view to_string(Protocol protocol) {
    return protocol == Protocol::definition ? "definition" : "published";
}

std::vector<Placement> placements(const DesignSpace& space) {
    std::vector<Placement> all;
    for (int u = 0; u < static_cast<int>(space.units.size()); ++u) {
        const Unit& unit = space.units[u];
        const int deepest = allowed(unit.depths).back();
        for (const int w : allowed(unit.widths)) {
            for (int l = 0; l < deepest; ++l) {
                for (const int b : allowed(unit.blocks[l])) all.push_back({u, l, w, b});
            }
        }
    }
    return all;
}

std::string block_name(const DesignSpace& space, const Placement& p) {
    const Unit& unit = space.units[p.unit];
    const auto& block = space.blocks[p.block].name;
    if (!unit.has_width_choice()) return block;
    return fmt::format("C{}-{}", std::lround(100 * unit.width_ratios[p.width]), block);
}

std::vector<std::string> block_names(const DesignSpace& space) {
    std::vector<std::string> names;
    for (const auto& p : placements(space)) {
        auto name = block_name(space, p);
        if (std::find(names.begin(), names.end(), name) == names.end()) {
            names.push_back(std::move(name));
        }
    }
    return names;
}

std::string label(const DesignSpace& space, const Placement& p) {
    return fmt::format("U{}-L{}-{}", p.unit + 1, p.layer + 1, block_name(space, p));
}

std::vector<double> depth_weights(const DesignSpace& space, int unit) {
    const auto depths = allowed(space.units[unit].depths);
    std::vector<double> weights(space.units[unit].max_depth + 1, 0.0);
    for (const int d : depths) weights[d] = 1.0 / static_cast<double>(depths.size());
    return weights;
}

std::vector<double> depth_weights(const DesignSpace& space, int unit, int layer,
                                  Protocol protocol) {
    const auto depths = allowed(space.units[unit].depths);
    if (depths.back() <= layer) {
        throw Error(fmt::format("no depth of unit {} reaches layer {}", unit + 1, layer + 1));
    }
    std::vector<double> weights(space.units[unit].max_depth + 1, 0.0);
    if (protocol == Protocol::definition) {
        const auto reaching =
            std::count_if(depths.begin(), depths.end(), [&](int d) { return d > layer; });
        for (const int d : depths) {
            if (d > layer) weights[d] = 1.0 / static_cast<double>(reaching);
        }
        return weights;
    }
    const int least = published_least_depth(space, unit, layer);
    for (const int d : depths) {
        const int raised = *std::lower_bound(depths.begin(), depths.end(), std::max(d, least));
        weights[raised] += 1.0 / static_cast<double>(depths.size());
    }
    return weights;
}

int published_least_depth(const DesignSpace& space, int unit, int layer) {
    const auto first_block = static_cast<std::size_t>(allowed(space.units[unit].blocks[0]).front());
    return space.blocks[first_block].family == Family::bottleneck ? layer + 1 : layer;
}

}  // namespace blockscope
