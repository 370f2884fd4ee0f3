#include <algorithm>
#include <unordered_set>

#include "blockscope/search/dominance.hpp"
#include "blockscope/search/search_state.hpp"

namespace blockscope {
namespace {

/// The first fronts of everything seen, one after the other. Of equals the first seen.
std::vector<std::size_t> peeled(const Visited& visited, std::size_t fronts) {
    Costs left = visited.costs();
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < fronts; ++i) {
        const auto members = front(left, Ties::keep_first);
        if (members.empty()) break;
        rows.insert(rows.end(), members.begin(), members.end());
        for (const auto row : members) {
            left.values[row * left.dimensions] = std::numeric_limits<double>::quiet_NaN();
        }
    }
    return rows;
}

/// Passes over all parents until there are as many children as asked for, of which no two are
/// equal; the last pass is finished, then chance decides which are kept. Known architectures may be
/// among them.
std::vector<Architecture> offspring(SearchState& state, const std::vector<std::size_t>& parents) {
    std::vector<Architecture> out;
    std::unordered_set<Architecture, ArchitectureHash> in_out;
    for (int in_vain = 0; out.size() < state.options.children && in_vain < most_fruitless_passes;) {
        const std::size_t before = out.size();
        for (const auto parent : parents) {
            Architecture link = state.visited.archs()[parent];
            for (std::size_t i = 0; i < state.options.chain; ++i) {
                bool is_new = false;
                Architecture child;
                for (int t = 0; t < mutation_tries && !is_new; ++t) {
                    child = link;
                    is_new = state.mutator.mutate(child, state.rng) && in_out.insert(child).second;
                }
                if (!is_new) break;
                out.push_back(child);
                link = child;
            }
        }
        in_vain = out.size() == before ? in_vain + 1 : 0;
        if (out.size() == before) ++state.fruitless;
    }
    shuffle(out, state.rng);
    out.resize(std::min(out.size(), state.options.children));
    return out;
}

}  // namespace

void search_by_mutation(SearchState& state) {
    const auto& options = state.options;
    state.ask(state.first_ones(), 0);
    for (std::size_t i = 1; i <= options.iterations && !state.ends_before(i); ++i) {
        auto parents = options.algorithm == Algorithm::max_accuracy
                           ? best_of(state.visited, options.top)
                           : peeled(state.visited, options.fronts);
        if (parents.empty()) parents = state.nearest();
        const auto children = offspring(state, parents);
        if (children.empty()) state.stopped = "no architecture has a neighbour";
        state.ask(children, i);
    }
}

}  // namespace blockscope
