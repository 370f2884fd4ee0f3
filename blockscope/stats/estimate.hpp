#pragma once

#include <limits>

namespace blockscope {

/// A number with its two-sided interval, all in one unit; NaN where nothing is known. Exact numbers
/// have low == value == high.
struct Estimate {
    double value = std::numeric_limits<double>::quiet_NaN();
    double low = std::numeric_limits<double>::quiet_NaN();
    double high = std::numeric_limits<double>::quiet_NaN();
};

inline Estimate exactly(double value) { return {value, value, value}; }

inline Estimate plus_minus(double value, double half_width) {
    return {value, value - half_width, value + half_width};
}

}  // namespace blockscope
