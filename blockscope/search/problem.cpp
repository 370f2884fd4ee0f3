#include "blockscope/search/problem.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/space/table_range.hpp"
#include "blockscope/stats/distributions.hpp"

namespace blockscope {

std::vector<LimitReach> reach(const Problem& problem) {
    std::vector<LimitReach> result;
    for (const auto& limit : problem.limits) {
        LimitReach& known = result.emplace_back();
        Metric& metric = *problem.metrics[limit.metric];
        for (const auto& table : tables_of(metric, problem.space, problem.resolutions)) {
            const auto [least, most] = range(problem.space, table);
            if (!known.range) known.range = {least, most};
            known.range = {std::min(known.range->first, least),
                           std::max(known.range->second, most)};
        }
        if (!known.range) continue;
        const auto [least, most] = *known.range;
        if (limit.at_most ? least > limit.value : most < limit.value) {
            throw Error(
                fmt::format("no network of '{}' at {} has {}: the {} is {} {}", problem.space.name,
                            resolutions_text(problem.resolutions), to_string(problem, limit),
                            limit.at_most ? "smallest" : "largest",
                            round_trip(limit.at_most ? least : most), metric.info().unit),
                Fault::infeasible);
        }
        known.excludes_nothing = limit.at_most ? most <= limit.value : least >= limit.value;
    }
    return result;
}

double stated_error(const MetricInfo& info) {
    if (!info.model || !(info.model->level > 0)) return std::nan("");
    return info.model->half_width / normal_quantile((1 + info.model->level) / 2);
}

std::vector<LayerTable> tables_of(Metric& metric, const DesignSpace& space,
                                  const std::vector<int>& resolutions) {
    std::vector<LayerTable> tables;
    for (const int r : resolutions) {
        auto table = metric.additive(space, r);
        if (!table) return {};
        tables.push_back(std::move(*table));
    }
    return tables;
}

std::string resolutions_text(const std::vector<int>& resolutions) {
    return fmt::format("{}", fmt::join(resolutions, ", "));
}

std::string to_string(const Problem& problem, const Limit& limit) {
    const auto& info = problem.metrics[limit.metric]->info();
    return fmt::format("{} {} {} {}", info.name,
                       limit.at_most ? "<=" : ">=", round_trip(limit.value), info.unit);
}

}  // namespace blockscope
