#include "cli/changes.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/metric/changes.hpp"
#include "blockscope/search/dominance.hpp"

namespace blockscope::cli {
namespace {

/// Changes by metric, and the same as improvements.
struct Effects {
    std::vector<std::vector<double>> difference;  ///< [metric][change]
    std::vector<Direction> directions;

    double gain(std::size_t metric, std::size_t change) const {
        const double sign = directions[metric] == Direction::larger_is_better ? 1 : -1;
        return sign * difference[metric][change];
    }
    /// 0: improves something and worsens nothing; 1: a trade; 2: the rest.
    int group(std::size_t change) const {
        bool better = false;
        bool worse = false;
        for (std::size_t m = 0; m < difference.size(); ++m) {
            better = better || gain(m, change) > 0;
            worse = worse || gain(m, change) < 0;
        }
        return better ? (worse ? 1 : 0) : 2;
    }
};

Effects effects_of(const DesignSpace& space, const Architecture& a,
                   const std::vector<Change>& changes,
                   const std::vector<std::unique_ptr<Metric>>& metrics) {
    std::vector<Architecture> archs{a};
    for (const auto& change : changes) archs.push_back(change.arch);
    Effects effects;
    for (const auto& metric : metrics) {
        const MetricInfo& info = metric->info();
        if (info.costly) {
            throw Error(fmt::format(
                "{} is measured: its noise is of the size of a change; use a model of it",
                info.name));
        }
        if (info.direction == Direction::neither) {
            throw Error(fmt::format("of {} neither more nor less is better", info.name));
        }
        auto values = metric->evaluate(space, archs).values;
        const double before = values.front();
        values.erase(values.begin());
        for (double& v : values) v -= before;
        effects.difference.push_back(std::move(values));
        effects.directions.push_back(info.direction);
    }
    return effects;
}

}  // namespace

ChangeRows change_rows(const DesignSpace& space, const Architecture& a,
                       const std::vector<std::unique_ptr<Metric>>& metrics) {
    const auto changes = single_changes(space, a);
    const Effects effects = effects_of(space, a, changes, metrics);
    const auto on_front = front(costs_of(effects.difference, effects.directions), Ties::keep_all);
    std::vector<std::size_t> order(changes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t k) {
        return std::make_pair(effects.group(i), -effects.gain(0, i)) <
               std::make_pair(effects.group(k), -effects.gain(0, k));
    });
    ChangeRows result{{{"change"}, {}}, {}, {}};
    Rows& rows = result.rows;
    for (const auto& metric : metrics) rows.header.push_back(metric->info().column);
    const bool rated = metrics.size() > 1;
    if (rated) rows.header.insert(rows.header.end(), {"rate", "front"});
    for (const auto c : order) {
        std::vector<std::string> row{to_string(space, a, changes[c])};
        for (const auto& of_metric : effects.difference) row.push_back(round_trip(of_metric[c]));
        const bool member = std::find(on_front.begin(), on_front.end(), c) != on_front.end();
        result.improves.push_back(effects.group(c) == 0);
        result.on_front.push_back(member);
        if (rated) {
            const double price = effects.difference[1][c];
            row.push_back(price != 0 ? significant(effects.difference[0][c] / price, 3) : "");
            row.emplace_back(member ? "yes" : "no");
        }
        rows.cells.push_back(std::move(row));
    }
    return result;
}

}  // namespace blockscope::cli
