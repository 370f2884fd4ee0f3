#pragma once

#include <vector>

namespace blockscope {

/// Middle value, or the mean of the two middle ones; NaN for none.
double median(std::vector<double> values);

}  // namespace blockscope
