#pragma once

#include <vector>

#include "blockscope/base/random.hpp"
#include "blockscope/stats/estimate.hpp"

namespace blockscope {

/// Pairs of numbers, each known up to a standard error (0: exact). Four lists of one length.
struct NoisyPairs {
    std::vector<double> a, b;
    std::vector<double> error_a, error_b;
};

struct RankCorrelation {
    Estimate spearman, kendall;
};

/// Rank correlations of the true numbers, these very ones and no larger population. Errors make
/// plain correlations too small; value and interval are median and quantiles over 200 draws of the
/// truths given the known numbers and their errors: normal, with the spread that is most likely for
/// the resampled known numbers, errors of the two sides independent. NaN if there is
/// nothing but errors; exact for exact numbers. Errors beyond a third of the spread of fewer than
/// 100 pairs leave intervals some per cent short of their level.
/// Source: Laird and Louis, "Empirical Bayes confidence intervals based on bootstrap samples", JASA
/// 82 (1987), in two dimensions.
RankCorrelation true_rank_correlation(const NoisyPairs& pairs, double level, Rng& rng);

}  // namespace blockscope
