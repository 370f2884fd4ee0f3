#pragma once

#include <cstddef>
#include <span>

#include "blockscope/stats/estimate.hpp"

namespace blockscope {

/// How far predictions are from the truth, with intervals over architectures.
struct PredictionError {
    std::size_t rows = 0;
    Estimate mean_absolute;     ///< in the values' unit; Student's interval
    Estimate root_mean_square;  ///< likewise, of the squares
    Estimate mean_percent;      ///< absolute, of the truth; nothing where a true value is 0
    Estimate within_5;          ///< per cent of rows at most 5 % off; Wilson's interval
    Estimate within_10;
    Estimate spearman;
    Estimate kendall;
};

/// truth, predicted: of one length, finite, at least 1; intervals need 2 and correlations 4.
PredictionError prediction_error(std::span<const double> truth, std::span<const double> predicted,
                                 double level = 0.95);

/// The predictions that conformal_half_width needs for a level.
std::size_t rows_for_interval(double level);

/// Half width of a prediction interval: the k-th smallest |residual| of n predictions by models
/// that had not seen them, k = ceil((n + 1) * level). A new architecture of the same kind lies
/// inside with probability k / (n + 1), whatever the distribution is, if models of a few rows more
/// are no worse. Throws Error if n is too small for the level. Source: Vovk, "Cross-conformal
/// predictors", Annals of Mathematics and Artificial Intelligence 74 (2015).
double conformal_half_width(std::span<const double> truth, std::span<const double> predicted,
                            double level);

}  // namespace blockscope
