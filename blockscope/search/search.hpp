#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "blockscope/search/mutation.hpp"
#include "blockscope/search/problem.hpp"

namespace blockscope {

/// random_mutation: parents are the first fronts of everything seen, children their neighbours.
/// max_accuracy: the same with the best `top` of one objective as parents.
///     Both: Mills et al., "Profiling Neural Blocks and Design Spaces for Mobile Neural
///     Architecture Search", CIKM 2021, section 5, and its published code.
/// nsga2: Deb et al., IEEE TEVC 6 (2002): tournaments by rank and crowding, children crossed unit
///     by unit and mutated, survivors from parents and children together.
/// regularized_evolution: Real et al., AAAI 2019: the best of a random few of the population has a
///     child, which takes the place of the oldest. Of several objectives, one of the few's front.
/// surrogate: for what takes long to evaluate: models are fitted to all that was seen, searched
/// with
///     nsga2, and what promises to add most to the front's hypervolume is evaluated; objectives are
///     taken to be half a standard error better than expected, so what is uncertain gets looked at.
///     After Knowles, "ParEGO", IEEE TEVC 10 (2006), and Lu et al., "NSGANetV2", ECCV 2020.
/// random: architectures drawn as for profiles.
enum class Algorithm : std::uint8_t {
    random_mutation,
    max_accuracy,
    nsga2,
    regularized_evolution,
    surrogate,
    random
};

std::string_view to_string(Algorithm algorithm);  ///< "random-mutation"
/// Throws Error with the nearest name.
Algorithm algorithm_named(std::string_view name);

/// Architectures asked for: initial + iterations * children. One that is known costs nothing but
/// counts; nsga2 and random ask for new ones only.
struct SearchOptions {
    Algorithm algorithm = Algorithm::random_mutation;
    std::size_t initial = 100;  ///< drawn at random; nsga2, regularized_evolution: the population
    std::size_t iterations = 10;
    std::size_t children = 200;   ///< of an iteration
    std::size_t fronts = 1;       ///< random_mutation: how many, one peeled off after the other
    std::size_t top = 10;         ///< max_accuracy: parents, and how many are the result
    std::size_t chain = 1;        ///< both: mutations in a row from each parent; each counts
    std::size_t tournament = 25;  ///< regularized_evolution: the random few
    std::size_t at_once = 10;     ///< regularized_evolution: children evaluated together
    /// Metrics that can may give up on networks that cannot be parents any more (of
    /// random_mutation and max_accuracy) or are behind the front (of the others) by what was seen
    /// before the iteration. random_mutation, max_accuracy and random go and end as without.
    bool give_up = false;
    std::vector<Architecture> start;  ///< asked for first, the random ones fill up to `initial`
    MutationRates rates;
    std::uint64_t seed = 1;
};

/// What the paper ran: 100 + 10 * 200, and for max_accuracy 20 + 4 * 50. Of surrogate 60 + 20 * 20.
SearchOptions paper_options(Algorithm algorithm);

/// What a search saw and found.
struct SearchRun {
    std::vector<Architecture> archs;          ///< distinct, in the order they were asked for
    std::vector<std::vector<double>> values;  ///< by metric of the problem, then as archs; NaN: a
                                              ///< limit not kept (objectives), or failed
    std::vector<std::vector<double>> errors;  ///< standard errors of values, by metric; empty: none
    std::vector<PartialValue> given_up;       ///< by row
    std::vector<std::uint32_t> iteration;     ///< that asked first; 0: initial
    std::vector<bool> keeps_limits;
    std::vector<std::size_t> best;  ///< indices: the front by its first objective, best first; of
                                    ///< max_accuracy the `top`. Empty if nothing keeps the limits
    std::size_t nearest = 0;        ///< index of the one that misses the limits least
    std::size_t asked = 0;
    std::size_t fruitless = 0;  ///< passes over the parents that found nothing new
    std::string stopped;        ///< why before the last iteration; empty: it was not
    std::size_t failures = 0;
    std::string first_failure;
};

/// The same for the same seed on any number of threads, which metrics may use.
/// Throws Error for no objective, max_accuracy with several, and limits that cannot be kept (see
/// reach). If none of the initial architectures keeps the limits, those that miss them least become
/// parents.
SearchRun search(const Problem& problem, const SearchOptions& options = {},
                 Progress* progress = nullptr);

}  // namespace blockscope
