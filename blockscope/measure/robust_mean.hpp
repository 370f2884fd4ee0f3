#pragma once

#include <vector>

#include "blockscope/stats/estimate.hpp"

namespace blockscope {

/// Mean of repeated timings of one network without their extremes, and what it is worth.
struct RobustMean {
    double value = 0;           ///< NaN for no values
    double standard_error = 0;  ///< NaN below 2 values
    double degrees_of_freedom = 0;
};

/// Mean of the middle half: a quarter of the values, rounded down, is cut off on each side (of 4
/// values that leaves the median). Standard error from the winsorized variance.
/// Source: Tukey and McLaughlin, Sankhya A 25 (1963).
RobustMean robust_mean(std::vector<double> values);

/// Student t interval around it. Bounds are NaN below 2 values.
Estimate interval(const RobustMean& mean, double level);

}  // namespace blockscope
