#pragma once

#include <span>

#include "blockscope/stats/estimate.hpp"

namespace blockscope {

/// Two-sided Student t interval for the mean, in the sample's unit; no interval for one value.
/// sample: at least 1 value. Source: Student, "The probable error of a mean", Biometrika 6 (1908).
Estimate mean(std::span<const double> sample, double level = 0.95);

}  // namespace blockscope
