#include "blockscope/stats/variance_prior.hpp"

#include <cmath>
#include <limits>
#include <vector>

namespace blockscope {
namespace {

/// Derivatives of log Gamma, by recurrence up to where the asymptotic series is good to 1e-12.
double digamma(double x) {
    double sum = 0;
    while (x < 10) {
        sum -= 1 / x;
        x += 1;
    }
    const double y = 1 / (x * x);
    return sum + std::log(x) - 0.5 / x -
           y * (1.0 / 12 - y * (1.0 / 120 - y * (1.0 / 252 - y * (1.0 / 240 - y / 132))));
}

double trigamma(double x) {
    double sum = 0;
    while (x < 10) {
        sum += 1 / (x * x);
        x += 1;
    }
    const double y = 1 / (x * x);
    return sum + 1 / x + y / 2 +
           y / x * (1.0 / 6 - y * (1.0 / 30 - y * (1.0 / 42 - y * (1.0 / 30 - 5 * y / 66))));
}

double tetragamma(double x) {
    constexpr double h = 1e-4;
    return (trigamma(x * (1 + h)) - trigamma(x * (1 - h))) / (2 * h * x);
}

/// x with trigamma(x) = y, by Newton's method on 1 / trigamma, which is nearly straight.
double trigamma_inverse(double y) {
    double x = 0.5 + 1 / y;
    for (int i = 0; i < 50; ++i) {
        const double t = trigamma(x);
        const double step = t * (1 - t / y) / tetragamma(x);
        x += step;
        if (std::abs(step) < 1e-10 * x) break;
    }
    return x;
}

}  // namespace

double VariancePrior::moderated(double s, double d) const {
    if (std::isinf(degrees)) return variance;
    return degrees + d > 0 ? (degrees * variance + d * s) / (degrees + d) : variance;
}

VariancePrior variance_prior(std::span<const double> variances, std::span<const double> degrees) {
    std::vector<double> logs;
    double mean = 0;
    double expected = 0;  // spread of the logarithms that sampling alone explains
    for (std::size_t i = 0; i < variances.size(); ++i) {
        if (!(variances[i] > 0) || !(degrees[i] >= 1)) continue;
        logs.push_back(std::log(variances[i]) - digamma(degrees[i] / 2) + std::log(degrees[i] / 2));
        mean += logs.back();
        expected += trigamma(degrees[i] / 2);
    }
    if (logs.empty()) return {};
    const auto n = static_cast<double>(logs.size());
    mean /= n;
    double spread = 0;
    for (const double e : logs) spread += (e - mean) * (e - mean);
    const double own = (n > 1 ? spread / (n - 1) : 0.0) - expected / n;
    if (!(own > 1e-9)) return {std::exp(mean), std::numeric_limits<double>::infinity()};
    const double half = trigamma_inverse(own);
    return {std::exp(mean + digamma(half) - std::log(half)), 2 * half};
}

}  // namespace blockscope
