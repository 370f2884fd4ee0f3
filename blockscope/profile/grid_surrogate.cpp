#include "blockscope/profile/grid_surrogate.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace blockscope {
namespace {

GridMass convolved(const GridMass& a, const GridMass& b) {
    GridMass c{a.start + b.start, std::vector<double>(a.p.size() + b.p.size() - 1, 0.0)};
    for (std::size_t i = 0; i < a.p.size(); ++i) {
        if (a.p[i] == 0) continue;
        double* out = c.p.data() + i;
        for (std::size_t j = 0; j < b.p.size(); ++j) out[j] += a.p[i] * b.p[j];
    }
    return c;
}

/// to += weight * from
void add(GridMass& to, const GridMass& from, double weight) {
    if (to.p.empty()) to.start = from.start;
    if (from.start < to.start) {
        to.p.insert(to.p.begin(), static_cast<std::size_t>(to.start - from.start), 0.0);
        to.start = from.start;
    }
    const auto shift = static_cast<std::size_t>(from.start - to.start);
    if (to.p.size() < shift + from.p.size()) to.p.resize(shift + from.p.size(), 0.0);
    for (std::size_t i = 0; i < from.p.size(); ++i) to.p[shift + i] += weight * from.p[i];
}

GridMass dense(const std::map<int, double>& points) {
    const int start = points.begin()->first;
    GridMass mass{start, {}};
    mass.p.assign(static_cast<std::size_t>(points.rbegin()->first - start) + 1, 0.0);
    for (const auto& [at, p] : points) mass.p[static_cast<std::size_t>(at - start)] = p;
    return mass;
}

GridMass unit_mass(const LayerTable& table, int u, const UnitDistribution& unit) {
    GridMass total{0, {}};
    for (std::size_t w = 0; w < unit.width.size(); ++w) {
        if (unit.width[w] == 0) continue;
        GridMass sum;
        double beyond = 1;  // probability that the unit has more than l layers
        for (std::size_t l = 0; l < unit.block.size(); ++l) {
            beyond -= unit.depth[l];
            if (!(beyond > 1e-12)) break;
            std::map<int, double> layer;
            for (std::size_t b = 0; b < unit.block[l].size(); ++b) {
                if (unit.block[l][b] == 0) continue;
                const double term =
                    table.term(u, static_cast<int>(l), 0, static_cast<int>(w), static_cast<int>(b));
                layer[static_cast<int>(term)] += unit.block[l][b];
            }
            sum = convolved(dense(layer), sum);
            if (unit.depth[l + 1] > 0) add(total, sum, unit.width[w] * unit.depth[l + 1]);
        }
    }
    return total;
}

}  // namespace

GridSurrogate::GridSurrogate(const DesignSpace& space, const Surrogate& surrogate, double step)
    : offset_(surrogate.offset),
      scale_(surrogate.scale),
      step_(step),
      table_(space, LayerTable::Combine::sum) {
    const LayerTable& from = surrogate.table;
    const auto whole = [step](double term) { return std::round(term / step); };
    std::map<int, double> stem;
    const auto weights = stem_weights(space, table_);
    for (int v = 0; v < table_.stem_variants(); ++v) {
        table_.stem(v) = whole(from.stem(v));
        if (weights[v] > 0) stem[static_cast<int>(table_.stem(v))] += weights[v];
    }
    const BodyDistribution body = uniform_body(space);
    std::vector<GridMass> units;
    for (int u = 0; u < table_.unit_count(); ++u) {
        for (int l = 0; l < space.units[u].max_depth; ++l) {
            for (int i = 0; i < (l == 0 ? table_.incoming_states(u) : 1); ++i) {
                for (int w = 0; w < table_.width_states(u); ++w) {
                    for (int b = 0; b < static_cast<int>(space.blocks.size()); ++b) {
                        table_.term(u, l, i, w, b) = whole(from.term(u, l, i, w, b));
                    }
                }
            }
        }
        units.push_back(unit_mass(table_, u, body[u]));
    }
    std::vector<GridMass> behind(units.size() + 1);
    for (std::size_t u = units.size(); u-- > 0;) behind[u] = convolved(units[u], behind[u + 1]);
    GridMass before = dense(stem);
    for (std::size_t u = 0; u < units.size(); ++u) {
        others_.push_back(convolved(before, behind[u + 1]));
        before = convolved(units[u], before);
    }
    all_ = std::move(before);
}

GridMass GridSurrogate::unit(int unit, const UnitDistribution& inside) const {
    return unit_mass(table_, unit, inside);
}

GridMass GridSurrogate::distribution(int unit, const UnitDistribution& inside) const {
    return convolved(unit_mass(table_, unit, inside), others_[unit]);
}

double grid_step(const DesignSpace& space, const LayerTable& table, int steps) {
    const BodyDistribution body = uniform_body(space);
    double range = 0;
    for (int u = 0; u < table.unit_count(); ++u) {
        for (std::size_t l = 0; l < body[u].block.size(); ++l) {
            double most = 0;
            for (std::size_t w = 0; w < body[u].width.size(); ++w) {
                for (std::size_t b = 0; b < body[u].block[l].size(); ++b) {
                    if (body[u].width[w] == 0 || body[u].block[l][b] == 0) continue;
                    const double term = table.term(u, static_cast<int>(l), 0, static_cast<int>(w),
                                                   static_cast<int>(b));
                    most = std::max(most, std::abs(term));
                }
            }
            range += most;
        }
    }
    return range > 0 ? range / steps : 1;
}

}  // namespace blockscope
