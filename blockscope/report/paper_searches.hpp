#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "blockscope/base/progress.hpp"
#include "blockscope/report/paper_numbers.hpp"

namespace blockscope {

/// The searches of section 5 of the paper (Mills et al., CIKM 2021), run again with the published
/// predictors: each panel of Figure 8 and the three maximum-accuracy searches of Table 2, in three
/// spaces: the original, the paper's restriction of it, and the one that `prune` derives from
/// profiles of the same predictors.
struct PaperSearchOptions {
    std::size_t seeds = 10;        ///< of the searches: first_seed, the next, ...
    std::uint64_t first_seed = 1;  ///< of the searches
    double strength = 0.5;         ///< of prune
    double level = 0.95;           ///< of the intervals over seeds
    /// More for searches of the original spaces, by as many as a profile took that the others rest
    /// on.
    std::size_t more_evaluations = 0;
};

/// Claims of the paper that something is better hold or fail by the whole interval over seeds, and
/// are undecided where it has both. The others hold or fail by what they say.
enum class Claim { none, holds, fails, undecided, not_checkable };

std::string_view to_string(Claim claim);

/// One number of two spaces' searches, averaged over seeds.
struct PaperSearchRow {
    std::string panel;  ///< "Figure 8: OFA, Kirin 9000 NPU", "Table 2: OFA"
    int resolution = 224;
    std::string first, second;  ///< "original", "paper", "derived"
    std::string what;           ///< "hypervolume", "accuracy at 2.1 to 5.3 ms"
    std::string unit;
    double first_mean = 0, second_mean = 0;
    Estimate difference;  ///< second - first
    double p_value = 1;   ///< paired permutation test; NaN: no test
    std::string claimed;  ///< by "paper" or "blockscope", what is claimed; "" for nothing
    Claim claim = Claim::none;
    std::string why;  ///< not checkable: what is missing; why a claim does not hold or is not
                      ///< decided; or what to know of the numbers
};

/// Hypervolumes of a panel reach up to the worst accuracy and latency on any front of its three
/// spaces. Progress gets "searches" and the number of searches done.
std::vector<PaperSearchRow> paper_searches(PaperNumbers& numbers, const PaperSearchOptions& options,
                                           Progress* progress = nullptr);

}  // namespace blockscope
