#include "blockscope/stats/mean.hpp"

#include <cmath>

#include "blockscope/stats/student.hpp"

namespace blockscope {

Estimate mean(std::span<const double> sample, double level) {
    const auto n = static_cast<double>(sample.size());
    double sum = 0;
    for (const double v : sample) sum += v;
    Estimate result;
    result.value = sum / n;
    if (sample.size() < 2) return result;
    double squares = 0;
    for (const double v : sample) squares += (v - sum / n) * (v - sum / n);
    const double error = std::sqrt(squares / (n - 1) / n);
    return plus_minus(sum / n, error * student_quantile(level, n - 1));
}

}  // namespace blockscope
