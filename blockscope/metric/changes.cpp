#include "blockscope/metric/changes.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace blockscope {
namespace {

void add_depth_changes(const DesignSpace& space, const Architecture& a, int u,
                       std::vector<Change>& changes) {
    const Unit& unit = space.units[u];
    const auto depths = allowed(unit.depths);
    const int depth = a.depth[u];
    const auto larger = std::upper_bound(depths.begin(), depths.end(), depth);
    const auto own = std::lower_bound(depths.begin(), depths.end(), depth);
    if (own != depths.begin()) {
        Change change{Change::What::remove, u, *(own - 1), 0, a};
        change.arch.depth[u] = static_cast<std::uint8_t>(*(own - 1));
        clear_inactive(space, change.arch);
        changes.push_back(change);
    }
    if (larger == depths.end()) return;
    std::uint64_t blocks = ~std::uint64_t{0};
    for (int l = depth; l < *larger; ++l) blocks &= unit.blocks[l];
    for (const int b : allowed(blocks)) {
        Change change{Change::What::add, u, depth, b, a};
        change.arch.depth[u] = static_cast<std::uint8_t>(*larger);
        for (int l = depth; l < *larger; ++l) {
            change.arch.block[unit.first_slot + l] = static_cast<std::uint8_t>(b);
        }
        changes.push_back(change);
    }
}

}  // namespace

std::vector<Change> single_changes(const DesignSpace& space, const Architecture& a) {
    std::vector<Change> changes;
    for (int u = 0; u < static_cast<int>(space.units.size()); ++u) {
        const Unit& unit = space.units[u];
        for (const int w : allowed(unit.widths)) {
            if (w == a.width[u]) continue;
            Change change{Change::What::width, u, 0, w, a};
            change.arch.width[u] = static_cast<std::uint8_t>(w);
            changes.push_back(change);
        }
        for (int l = 0; l < a.depth[u]; ++l) {
            const int slot = unit.first_slot + l;
            for (const int b : allowed(unit.blocks[l])) {
                if (b == a.block[slot]) continue;
                Change change{Change::What::block, u, l, b, a};
                change.arch.block[slot] = static_cast<std::uint8_t>(b);
                changes.push_back(change);
            }
        }
        add_depth_changes(space, a, u, changes);
    }
    return changes;
}

std::string to_string(const DesignSpace& space, const Architecture& a, const Change& change) {
    const Unit& unit = space.units[change.unit];
    const std::string where = fmt::format("U{}", change.unit + 1);
    const auto layers = [&](int last) {
        return change.layer + 1 == last ? fmt::format("L{}", last)
                                        : fmt::format("L{} to L{}", change.layer + 1, last);
    };
    switch (change.what) {
        case Change::What::block:
            return fmt::format("{}-L{} {} to {}", where, change.layer + 1,
                               space.blocks[a.block[unit.first_slot + change.layer]].name,
                               space.blocks[change.option].name);
        case Change::What::remove:
            return fmt::format("{} without {}", where, layers(a.depth[change.unit]));
        case Change::What::add:
            return fmt::format("{} with {} {}", where, layers(change.arch.depth[change.unit]),
                               space.blocks[change.option].name);
        case Change::What::width:
            break;
    }
    return fmt::format("{} width {:g} to {:g}", where, unit.width_ratios[a.width[change.unit]],
                       unit.width_ratios[change.option]);
}

}  // namespace blockscope
