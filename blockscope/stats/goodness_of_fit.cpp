#include "blockscope/stats/goodness_of_fit.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "blockscope/stats/distributions.hpp"

namespace blockscope {
namespace {

/// Of Kolmogorov's statistic of n values.
double kolmogorov_p_value(double statistic, double n) {
    const double root = std::sqrt(n);
    const double x = (root + 0.12 + 0.11 / root) * statistic;
    if (x < 0.2) return 1;  // the series converges slowly where its sum is 1 to 12 digits
    double sum = 0;
    for (int k = 1; k <= 100; ++k) {
        sum += (k % 2 == 1 ? 2 : -2) * std::exp(-2.0 * k * k * x * x);
    }
    return std::clamp(sum, 0.0, 1.0);
}

}  // namespace

FitTest chi_square_fit(std::span<const double> observed, std::span<const double> expected) {
    assert(observed.size() == expected.size() && observed.size() >= 2);
    FitTest test;
    for (std::size_t i = 0; i < observed.size(); ++i) {
        const double miss = observed[i] - expected[i];
        test.statistic += miss * miss / expected[i];
    }
    test.p_value = chi_square_p_value(test.statistic, static_cast<double>(observed.size() - 1));
    return test;
}

FitTest uniform_fit(std::span<const double> sorted) {
    const auto n = static_cast<double>(sorted.size());
    FitTest test;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const auto below = static_cast<double>(i);
        test.statistic =
            std::max({test.statistic, sorted[i] - below / n, (below + 1) / n - sorted[i]});
    }
    test.p_value = kolmogorov_p_value(test.statistic, n);
    return test;
}

FitTest two_sample_fit(std::span<const double> sorted_a, std::span<const double> sorted_b) {
    assert(!sorted_a.empty() && !sorted_b.empty());
    const auto n = static_cast<double>(sorted_a.size());
    const auto m = static_cast<double>(sorted_b.size());
    FitTest test;
    for (std::size_t i = 0, j = 0; i < sorted_a.size() && j < sorted_b.size();) {
        const double x = std::min(sorted_a[i], sorted_b[j]);
        while (i < sorted_a.size() && sorted_a[i] == x) ++i;
        while (j < sorted_b.size() && sorted_b[j] == x) ++j;
        const double apart = static_cast<double>(i) / n - static_cast<double>(j) / m;
        test.statistic = std::max(test.statistic, std::abs(apart));
    }
    test.p_value = kolmogorov_p_value(test.statistic, n * m / (n + m));
    return test;
}

}  // namespace blockscope
