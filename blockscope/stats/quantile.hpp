#pragma once

#include <span>

#include "blockscope/stats/estimate.hpp"

namespace blockscope {

/// Quantile by linear interpolation between order statistics (type 7 of Hyndman and Fan, "Sample
/// quantiles in statistical packages", 1996). sorted: ascending, at least one; p in [0, 1].
double quantile(std::span<const double> sorted, double p);

/// The same for values that count differently; equal weights give quantile(). weights: one for each
/// value, at least 0, not all 0.
/// Source: Akinshin, "Weighted quantile estimators" (2023), type 7 with Kish's effective size.
double weighted_quantile(std::span<const double> sorted, std::span<const double> weights, double p);

/// quantile() with an interval between two order statistics that covers the population's quantile
/// with at least probability `level` whatever the distribution is. A bound that no order statistic
/// can give (n too small for this p) is NaN.
/// Source: David and Nagaraja, "Order Statistics" (2003), section 7.1.
Estimate quantile_interval(std::span<const double> sorted, double p, double level);

}  // namespace blockscope
