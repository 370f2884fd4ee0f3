#pragma once

#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

#include "blockscope/search/search.hpp"
#include "blockscope/search/visited.hpp"
#include "blockscope/space/sampling.hpp"

namespace blockscope {

/// How often one mutation is tried until it gives something new, and how many passes over the
/// parents may find nothing: the published code's numbers (which forgets to count the passes).
inline constexpr int mutation_tries = 101;
inline constexpr int most_fruitless_passes = 100;

/// What all algorithms share: what was seen, the means to make more, and the counts.
struct SearchState {
    const Problem& problem;
    const SearchOptions& options;
    Progress* progress;
    Rng rng;
    Sampler sampler;  ///< for the first resolution
    Mutator mutator;
    Visited visited;
    std::vector<std::uint32_t> iteration;  ///< of each row of visited
    std::size_t asked = 0;
    std::size_t fruitless = 0;
    std::string stopped;

    SearchState(const Problem& what, const SearchOptions& how, Progress* shown);

    /// Evaluates and counts, for iteration `round`; gives up where that was allowed. Returns the
    /// row of each.
    std::vector<std::size_t> ask(const std::vector<Architecture>& archs, std::size_t round);

    /// True if the search must end before iteration `next`, and notes why. Once an iteration, tells
    /// the progress the hypervolume so far, up to the worst that the first iteration saw.
    bool ends_before(std::size_t next);

    /// What a search begins with: options.start, then random ones up to options.initial.
    std::vector<Architecture> first_ones();

    /// n random architectures that were not seen; fewer where so many draws in a row were not new
    /// that hardly any are left.
    std::vector<Architecture> draw_new(std::size_t n);

    /// One of the space, its resolution uniform too.
    Architecture draw();

    /// Up to n different results of `make` that neither this call nor the search has seen. Ends
    /// after mutation_tries * most_fruitless_passes in a row that were.
    std::vector<Architecture> make_new(std::size_t n, const std::function<Architecture()>& make);

    void tell_hypervolume(std::size_t next);
    std::vector<double> told_reference;
    std::size_t told_before = 0;  ///< iteration

    /// Whatever is no better than one of these in any objective is of no use to the algorithm.
    std::vector<std::size_t> rivals() const;

    /// The rows that miss the limits least, at most `top`: parents while no row keeps them.
    std::vector<std::size_t> nearest() const;
};

/// Each fills state.visited.
void search_by_mutation(SearchState& state);  ///< random_mutation and max_accuracy
void search_by_nsga2(SearchState& state);
void search_by_regularized_evolution(SearchState& state);
void search_by_surrogate(SearchState& state);
void search_at_random(SearchState& state);

/// The `top` best usable rows by the first objective; equals in the order they were seen.
std::vector<std::size_t> best_of(const Visited& visited, std::size_t top);

}  // namespace blockscope
