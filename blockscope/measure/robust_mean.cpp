#include "blockscope/measure/robust_mean.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "blockscope/stats/student.hpp"

namespace blockscope {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

RobustMean robust_mean(std::vector<double> values) {
    const std::size_t n = values.size();
    if (n == 0) return {nan, nan, 0};
    std::sort(values.begin(), values.end());
    const std::size_t cut = n / 4;
    const std::size_t kept = n - 2 * cut;
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(cut);
    const double mean = std::accumulate(first, first + static_cast<std::ptrdiff_t>(kept), 0.0) /
                        static_cast<double>(kept);
    if (n < 2) return {mean, nan, 0};
    std::fill(values.begin(), first, *first);
    const auto last = values.end() - static_cast<std::ptrdiff_t>(cut);
    std::fill(last, values.end(), *(last - 1));
    const auto all = static_cast<double>(n);
    const double middle = std::accumulate(values.begin(), values.end(), 0.0) / all;
    double squares = 0;
    for (const double v : values) squares += (v - middle) * (v - middle);
    const auto h = static_cast<double>(kept);
    return {mean, std::sqrt(squares / (h * (h - 1))), h - 1};
}

Estimate interval(const RobustMean& mean, double level) {
    if (!(mean.degrees_of_freedom > 0)) return {mean.value, nan, nan};
    return plus_minus(mean.value,
                      student_quantile(level, mean.degrees_of_freedom) * mean.standard_error);
}

}  // namespace blockscope
