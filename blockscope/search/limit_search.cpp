#include "blockscope/search/limit_search.hpp"

#include <cmath>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"

namespace blockscope {
namespace {

/// The best value of a metric that a search finds, and how many networks it asked for; nothing if
/// none could be evaluated.
std::optional<double> best_found(const Problem& problem, Metric* metric, Direction direction,
                                 std::uint64_t seed, std::size_t& asked) {
    const Problem alone{problem.space, problem.resolutions, {metric}, {{0, direction}}, {}};
    SearchOptions options;
    options.algorithm = Algorithm::nsga2;
    options.children = 100;
    options.seed = seed;
    const auto run = search(alone, options);
    asked = run.asked;
    if (run.best.empty()) return std::nullopt;
    return run.values[0][run.best.front()];
}

std::string text_of(double value) {
    return value == std::floor(value) ? round_trip(value) : significant(value, 6);
}

}  // namespace

void search_limits(const Problem& problem, std::vector<LimitReach>& known, std::uint64_t seed) {
    for (std::size_t l = 0; l < problem.limits.size(); ++l) {
        const auto& limit = problem.limits[l];
        Metric* const metric = problem.metrics[limit.metric];
        if (known[l].range || metric->info().costly) continue;
        std::size_t asked = 0;
        const auto least = best_found(problem, metric, Direction::smaller_is_better, seed, asked);
        const auto most = best_found(problem, metric, Direction::larger_is_better, seed, asked);
        if (!least || !most) continue;
        if (limit.at_most ? *least > limit.value : *most < limit.value) {
            throw Error(
                fmt::format("no network of '{}' at {} was found with {}: of {} that a search for "
                            "the {} value looked at, the best has {} {}",
                            problem.space.name, resolutions_text(problem.resolutions),
                            to_string(problem, limit), asked,
                            limit.at_most ? "smallest" : "largest",
                            text_of(limit.at_most ? *least : *most), metric->info().unit),
                Fault::infeasible);
        }
        known[l] = {std::pair(*least, *most),
                    limit.at_most ? *most <= limit.value : *least >= limit.value, false};
    }
}

}  // namespace blockscope
