#include "blockscope/search/search.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/search/dominance.hpp"
#include "blockscope/search/search_state.hpp"

namespace blockscope {
namespace {

constexpr std::array<std::string_view, 6> names{"random-mutation",       "max-accuracy", "nsga2",
                                                "regularized-evolution", "surrogate",    "random"};

void check(const Problem& problem, const SearchOptions& options) {
    if (problem.objectives.empty()) throw Error("a search needs something to be good at");
    if (problem.resolutions.empty()) throw Error("a search needs a resolution");
    for (const auto& objective : problem.objectives) {
        if (objective.direction == Direction::neither) {
            throw Error("an objective is minimised or maximised");
        }
    }
    if (options.algorithm == Algorithm::max_accuracy && problem.objectives.size() > 1) {
        throw Error("max-accuracy has one objective; give the others as limits");
    }
    if (options.initial == 0 || options.at_once == 0 || options.top == 0 || options.fronts == 0 ||
        options.tournament == 0 || options.chain == 0) {
        throw Error("a search's numbers are at least 1");
    }
}

/// The front of everything seen, best in the first objective first.
std::vector<std::size_t> sorted_front(const Visited& visited) {
    auto rows = front(visited.costs(), Ties::keep_first);
    std::stable_sort(rows.begin(), rows.end(), [&](std::size_t i, std::size_t j) {
        return visited.costs()[i][0] < visited.costs()[j][0];
    });
    return rows;
}

}  // namespace

std::string_view to_string(Algorithm algorithm) {
    return names[static_cast<std::size_t>(algorithm)];
}

Algorithm algorithm_named(std::string_view name) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == name) return static_cast<Algorithm>(i);
    }
    const std::vector<std::string> all(names.begin(), names.end());
    throw Error(fmt::format("unknown algorithm '{}'{}; there are {}", name, did_you_mean(name, all),
                            quoted_list(all)));
}

SearchOptions paper_options(Algorithm algorithm) {
    SearchOptions options;
    options.algorithm = algorithm;
    if (algorithm == Algorithm::max_accuracy) {
        options.initial = 20;
        options.iterations = 4;
        options.children = 50;
    } else if (algorithm == Algorithm::surrogate) {
        options.initial = 60;
        options.iterations = 20;
        options.children = 20;
    }
    return options;
}

SearchRun search(const Problem& problem, const SearchOptions& options, Progress* progress) {
    check(problem, options);
    reach(problem);
    SearchState state(problem, options, progress);
    switch (options.algorithm) {
        case Algorithm::random_mutation:
        case Algorithm::max_accuracy:
            search_by_mutation(state);
            break;
        case Algorithm::nsga2:
            search_by_nsga2(state);
            break;
        case Algorithm::regularized_evolution:
            search_by_regularized_evolution(state);
            break;
        case Algorithm::surrogate:
            search_by_surrogate(state);
            break;
        case Algorithm::random:
            search_at_random(state);
            break;
    }
    if (progress != nullptr) progress->note("");
    Visited& visited = state.visited;
    SearchRun run;
    run.iteration = std::move(state.iteration);
    for (std::size_t i = 0; i < visited.size(); ++i) {
        run.keeps_limits.push_back(visited.keeps_limits(i));
    }
    run.best = options.algorithm == Algorithm::max_accuracy ? best_of(visited, options.top)
                                                            : sorted_front(visited);
    if (const auto nearest = state.nearest(); !nearest.empty()) run.nearest = nearest.front();
    run.asked = state.asked;
    run.fruitless = state.fruitless;
    run.stopped = std::move(state.stopped);
    run.failures = visited.failures();
    run.first_failure = visited.first_failure();
    run.given_up = visited.given_up();
    run.errors = visited.take_errors();
    for (auto& errors : run.errors) {
        if (!errors.empty()) errors.resize(visited.size(), std::nan(""));
    }
    run.values = visited.take_values();
    run.archs = visited.take_archs();
    return run;
}

}  // namespace blockscope
