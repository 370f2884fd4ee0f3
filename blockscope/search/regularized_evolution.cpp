#include <algorithm>
#include <deque>

#include "blockscope/search/dominance.hpp"
#include "blockscope/search/search_state.hpp"

namespace blockscope {
namespace {

/// One of the front of a random few; while none of them keeps the limits, the nearest.
std::size_t parent(SearchState& state, const std::deque<std::size_t>& population) {
    std::vector<std::size_t> few;
    for (std::size_t i = 0; i < std::min(state.options.tournament, population.size()); ++i) {
        few.push_back(population[state.rng.below(static_cast<std::uint32_t>(population.size()))]);
    }
    const auto members = front(state.visited.costs(few));
    if (!members.empty()) {
        return few[members[state.rng.below(static_cast<std::uint32_t>(members.size()))]];
    }
    return *std::min_element(few.begin(), few.end(), [&](std::size_t a, std::size_t b) {
        return state.visited.excess(a) < state.visited.excess(b);
    });
}

}  // namespace

void search_by_regularized_evolution(SearchState& state) {
    const auto& options = state.options;
    const auto initial = state.ask(state.first_ones(), 0);
    std::deque<std::size_t> population(initial.begin(), initial.end());
    for (std::size_t i = 1; i <= options.iterations && !state.ends_before(i); ++i) {
        for (std::size_t made = 0; made < options.children && !state.ends_before(i);) {
            std::vector<Architecture> children;
            for (; children.size() < options.at_once && made < options.children; ++made) {
                Architecture child = state.visited.archs()[parent(state, population)];
                state.mutator.mutate(child, state.rng);
                children.push_back(child);
            }
            for (const auto row : state.ask(children, i)) {
                population.push_back(row);
                population.pop_front();
            }
        }
    }
}

}  // namespace blockscope
