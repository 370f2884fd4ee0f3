#pragma once

#include <span>
#include <vector>

#include "blockscope/stats/estimate.hpp"

namespace blockscope {

/// Ranks from 1; equal values share the mean of their ranks.
std::vector<double> ranks(std::span<const double> values);

/// Correlation of the ranks of n pairs. The interval is normal on Fisher's scale atanh(r) with
/// standard error sqrt((1 + r^2 / 2) / (n - 3)); no interval below 4 pairs, nothing at all where
/// one side is constant. x, y: of one length, finite.
/// Source: Bonett and Wright, "Sample size requirements for estimating Pearson, Kendall and
/// Spearman correlations", Psychometrika 65 (2000).
Estimate spearman(std::span<const double> x, std::span<const double> y, double level = 0.95);

/// Kendall's tau-b, corrected for ties; O(n log n). The interval is normal on the scale atanh(tau)
/// with the standard error that the pairs themselves show, whatever their distribution (wide rather
/// than narrow below 50 pairs); no interval below 4 pairs, nothing where one side is constant.
/// Sources: Knight, "A computer method for calculating Kendall's tau with ungrouped data", JASA 61
/// (1966); the variance: Hollander and Wolfe, "Nonparametric Statistical Methods", section 8.3.
Estimate kendall(std::span<const double> x, std::span<const double> y, double level = 0.95);

}  // namespace blockscope
