#include "blockscope/space/beginning.hpp"

#include <algorithm>

namespace blockscope {

Architecture beginning(const DesignSpace& space, const Architecture& a, int units) {
    Architecture some;
    some.resolution = a.resolution;
    some.stem = a.stem;
    for (int u = 0; u < units; ++u) {
        const auto i = static_cast<std::size_t>(u);
        some.depth[i] = a.depth[i];
        some.width[i] = a.width[i];
        const auto first = static_cast<std::size_t>(space.units[i].first_slot);
        const auto last = i + 1 < space.units.size()
                              ? static_cast<std::size_t>(space.units[i + 1].first_slot)
                              : a.block.size();
        std::copy(a.block.begin() + static_cast<std::ptrdiff_t>(first),
                  a.block.begin() + static_cast<std::ptrdiff_t>(last),
                  some.block.begin() + static_cast<std::ptrdiff_t>(first));
    }
    return some;
}

bool begins_before(const DesignSpace& space, const Architecture& a, const Architecture& b) {
    for (int u = 0; u < static_cast<int>(space.units.size()); ++u) {
        const Architecture one = beginning(space, a, u + 1);
        const Architecture other = beginning(space, b, u + 1);
        if (one != other) return one < other;
    }
    return false;
}

}  // namespace blockscope
