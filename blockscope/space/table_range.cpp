#include "blockscope/space/table_range.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace blockscope {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

double extreme(const DesignSpace& space, const LayerTable& table, bool largest) {
    const auto better = [largest](double a, double b) {
        if (std::isnan(a) || std::isnan(b)) return std::isnan(a) ? b : a;
        return largest ? std::max(a, b) : std::min(a, b);
    };
    const auto join = [&](double a, double b) {
        return table.combine() == LayerTable::Combine::sum ? a + b : std::max(a, b);
    };
    const auto stem_allowed = [&](const Architecture& a) {
        for (std::size_t i = 0; i < space.stem_choices.size(); ++i) {
            if (((space.stem_choices[i].allowed >> a.stem[i]) & 1U) == 0) return false;
        }
        return true;
    };
    // index: the width that comes in; none: it cannot
    std::vector<double> state(static_cast<std::size_t>(table.incoming_states(0)), none);
    for (int v = 0; v < table.stem_variants(); ++v) {
        if (!stem_allowed(table.stem_architecture(v))) continue;
        double& s = state[static_cast<std::size_t>(table.stem_state(v))];
        s = better(s, table.stem(v));
    }
    for (int u = 0; u < table.unit_count(); ++u) {
        const Unit& unit = space.units[static_cast<std::size_t>(u)];
        std::vector<double> next(static_cast<std::size_t>(table.width_states(u)), none);
        for (const int w : allowed(unit.widths)) {
            for (int i = 0; i < table.incoming_states(u); ++i) {
                double path = state[static_cast<std::size_t>(i)];
                if (std::isnan(path)) continue;
                for (int l = 0; l < unit.max_depth; ++l) {
                    double layer = none;
                    for (const int b : allowed(unit.blocks[static_cast<std::size_t>(l)])) {
                        layer = better(layer, table.term(u, l, l == 0 ? i : 0, w, b));
                    }
                    if (std::isnan(layer)) break;  // a layer without blocks ends the unit
                    path = join(path, layer);
                    double& s = next[static_cast<std::size_t>(w)];
                    if (((unit.depths >> (l + 1)) & 1U) != 0) s = better(s, path);
                }
            }
        }
        state = std::move(next);
    }
    double total = none;
    for (std::size_t w = 0; w < state.size(); ++w) {
        if (std::isnan(state[w])) continue;
        total = better(total, join(state[w], table.head(static_cast<int>(w))));
    }
    return total;
}

}  // namespace

std::pair<double, double> range(const DesignSpace& space, const LayerTable& table) {
    return {extreme(space, table, false), extreme(space, table, true)};
}

}  // namespace blockscope
