#include "blockscope/insight/block_axis.hpp"

#include <set>

namespace blockscope {
namespace {

double value(const Block& b, Axis axis) {
    return axis == Axis::kernel ? static_cast<double>(b.kernel) : b.expand;
}

bool twins(const Block& a, const Block& b, Axis axis) {
    const Axis other = axis == Axis::kernel ? Axis::expansion : Axis::kernel;
    return a.family == b.family && value(a, other) == value(b, other) &&
           a.squeeze_excite == b.squeeze_excite && a.activation == b.activation;
}

}  // namespace

std::vector<double> axis_values(const DesignSpace& space, Axis axis) {
    std::set<double> values;
    for (const auto& b : space.blocks) values.insert(value(b, axis));
    return {values.begin(), values.end()};
}

std::vector<std::pair<Placement, Placement>> axis_pairs(const DesignSpace& space, Axis axis,
                                                        double from, double to) {
    std::vector<std::pair<Placement, Placement>> pairs;
    for (const auto& p : placements(space)) {
        const Block& block = space.blocks[p.block];
        if (value(block, axis) != from) continue;
        for (const int b : allowed(space.units[p.unit].blocks[p.layer])) {
            const Block& other = space.blocks[b];
            if (value(other, axis) == to && twins(block, other, axis)) {
                pairs.push_back({p, {p.unit, p.layer, p.width, b}});
            }
        }
    }
    return pairs;
}

}  // namespace blockscope
