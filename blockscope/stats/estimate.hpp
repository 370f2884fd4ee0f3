#pragma once

#include <cmath>
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

inline double half_width(const Estimate& e) { return (e.high - e.low) / 2; }

/// a - b of two independent estimates, with the interval that theirs (of one level) give: exact for
/// normal ones, and bent as theirs are where they are lopsided. No interval where one has none.
/// Source: Zou and Donner, "Construction of confidence limits about effect measures", Statistics in
/// Medicine 27 (2008).
inline Estimate difference_of_independent(const Estimate& a, const Estimate& b) {
    const double value = a.value - b.value;
    return {value, value - std::hypot(a.value - a.low, b.high - b.value),
            value + std::hypot(a.high - a.value, b.value - b.low)};
}

}  // namespace blockscope
