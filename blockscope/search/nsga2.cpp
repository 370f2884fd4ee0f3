#include <algorithm>
#include <numeric>

#include "blockscope/search/dominance.hpp"
#include "blockscope/search/search_state.hpp"

namespace blockscope {
namespace {

constexpr double crossover_rate = 0.9;  // Deb et al. (2002), section IV

/// The best n rows, best first: by rank, within a rank the lonelier first; then what keeps the
/// limits not, nearest first.
std::vector<std::size_t> survivors(const Visited& visited, std::vector<std::size_t> rows,
                                   std::size_t n) {
    const Costs costs = visited.costs(rows);
    const auto rank = ranks(costs);
    std::vector<double> loneliness(rows.size(), 0.0);
    std::vector<std::vector<std::size_t>> fronts;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rank[i] == unranked) continue;
        if (fronts.size() <= rank[i]) fronts.resize(rank[i] + 1);
        fronts[rank[i]].push_back(i);
    }
    for (const auto& members : fronts) {
        const auto distance = crowding(costs, members);
        for (std::size_t k = 0; k < members.size(); ++k) loneliness[members[k]] = distance[k];
    }
    std::vector<std::size_t> order(rows.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
        if (rank[i] != rank[j]) return rank[i] < rank[j];
        if (rank[i] == unranked) return visited.excess(rows[i]) < visited.excess(rows[j]);
        return loneliness[i] > loneliness[j];
    });
    order.resize(std::min(order.size(), n));
    for (auto& i : order) i = rows[i];
    return order;
}

}  // namespace

void search_by_nsga2(SearchState& state) {
    const auto& options = state.options;
    auto& rng = state.rng;
    // crossing already changes much: one unit is mutated on average (Deb et al.: one variable)
    MutationRates rates = options.rates;
    const auto& space = state.problem.space;
    if (rates.units.empty() && space.mutation.empty()) {
        rates.units.assign(space.units.size(), 1.0 / static_cast<double>(space.units.size()));
    }
    const Mutator mutator(space, rates, state.problem.resolutions);
    const auto initial = state.ask(state.first_ones(), 0);
    auto population = survivors(state.visited, initial, options.initial);
    for (std::size_t i = 1; i <= options.iterations && !state.ends_before(i); ++i) {
        const auto n = static_cast<std::uint32_t>(population.size());
        const auto winner = [&]() -> const Architecture& {  // the population is sorted
            return state.visited.archs()[population[std::min(rng.below(n), rng.below(n))]];
        };
        const auto children = state.make_new(options.children, [&] {
            Architecture child = winner();
            if (rng.uniform() < crossover_rate) {
                child = crossed(space, child, winner(), rng);
            }
            mutator.mutate(child, rng);
            return child;
        });
        const auto rows = state.ask(children, i);
        population.insert(population.end(), rows.begin(), rows.end());
        population = survivors(state.visited, std::move(population), options.initial);
    }
}

}  // namespace blockscope
