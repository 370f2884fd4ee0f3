#pragma once

#include <span>

namespace blockscope {

/// Mean squared deviation from the mean, the values being all there are; NaN for none.
double variance(std::span<const double> values);

/// Fourth central moment over the squared variance: 3 for a normal distribution, more for heavy
/// tails; NaN where the values do not vary.
double kurtosis(std::span<const double> values);

}  // namespace blockscope
