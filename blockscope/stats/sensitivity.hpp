#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "blockscope/base/random.hpp"
#include "blockscope/stats/estimate.hpp"

namespace blockscope {

/// A function of random inputs that can only be asked for its values. Points are rows of `inputs`
/// numbers, one behind the other.
struct BlackBox {
    std::size_t inputs = 0;
    std::function<void(Rng&, std::span<double> point)> draw;
    std::function<void(std::span<const double> points, std::span<double> values)> evaluate;
};

/// Inputs that count as one factor, numbers from 0. Groups must be independent of each other and
/// together hold every input once; within a group inputs may depend on each other.
using InputGroups = std::vector<std::vector<std::size_t>>;

struct SensitivityOptions {
    std::size_t rows = 1000;      ///< pairs of random points; errors shrink with its square root
    std::size_t resamples = 400;  ///< of the rows, for the intervals
    double level = 0.95;          ///< of the intervals
    std::size_t exact_up_to = 6;  ///< groups that Shapley effects take all subsets of
};

/// Shares of the variance, one for each group; NaN for a function that is constant.
struct SobolIndices {
    std::vector<Estimate> first;  ///< what fixing the group alone would remove
    std::vector<Estimate> total;  ///< what is left if all but the group are fixed
    std::size_t evaluations = 0;
};

/// rows * (groups + 2) evaluations. First-order indices by Saltelli's estimator on centred values,
/// total ones by Jansen's; bootstrap percentile intervals over rows.
/// Source: Saltelli et al., "Variance based sensitivity analysis of model output", Computer Physics
/// Communications 181 (2010), table 2 (b) and (f).
SobolIndices sobol_indices(const BlackBox& box, const InputGroups& groups, Rng& rng,
                           const SensitivityOptions& options = {});

/// Shares of the variance that sum to 1: every interaction is split evenly among those who take
/// part in it.
struct ShapleyEffects {
    std::vector<Estimate> share;
    std::size_t evaluations = 0;
};

/// Up to `exact_up_to` groups all subsets, rows * 2^groups evaluations; above, one random order of
/// the groups for each row, rows * (groups + 1) evaluations. Bootstrap percentile intervals.
/// Sources: Song, Nelson and Staum, "Shapley effects for global sensitivity analysis", SIAM/ASA JUQ
/// 4 (2016); the orders: Goda, "A simple algorithm for global sensitivity analysis with Shapley
/// effects", RESS 213 (2021).
ShapleyEffects shapley_effects(const BlackBox& box, const InputGroups& groups, Rng& rng,
                               const SensitivityOptions& options = {});

}  // namespace blockscope
