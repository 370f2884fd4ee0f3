#include "blockscope/search/problem.hpp"

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/space/table_range.hpp"

namespace blockscope {

std::vector<LimitReach> reach(const Problem& problem) {
    std::vector<LimitReach> result;
    for (const auto& limit : problem.limits) {
        LimitReach& known = result.emplace_back();
        Metric& metric = *problem.metrics[limit.metric];
        const auto table = metric.additive(problem.space, problem.resolution);
        if (!table) continue;
        known.range = range(problem.space, *table);
        const auto [least, most] = *known.range;
        if (limit.at_most ? least > limit.value : most < limit.value) {
            throw Error(
                fmt::format("no network of '{}' at {} has {}: the {} is {} {}", problem.space.name,
                            problem.resolution, to_string(problem, limit),
                            limit.at_most ? "smallest" : "largest",
                            round_trip(limit.at_most ? least : most), metric.info().unit),
                Fault::infeasible);
        }
        known.excludes_nothing = limit.at_most ? most <= limit.value : least >= limit.value;
    }
    return result;
}

std::string to_string(const Problem& problem, const Limit& limit) {
    const auto& info = problem.metrics[limit.metric]->info();
    return fmt::format("{} {} {} {}", info.name,
                       limit.at_most ? "<=" : ">=", round_trip(limit.value), info.unit);
}

}  // namespace blockscope
