#include "blockscope/stats/goodness_of_fit.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "blockscope/stats/distributions.hpp"

namespace blockscope {

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
    const double root = std::sqrt(n);
    const double x = (root + 0.12 + 0.11 / root) * test.statistic;
    if (x < 0.2) return test;  // the series converges slowly where its sum is 1 to 12 digits
    double sum = 0;
    for (int k = 1; k <= 100; ++k) {
        sum += (k % 2 == 1 ? 2 : -2) * std::exp(-2.0 * k * k * x * x);
    }
    test.p_value = std::clamp(sum, 0.0, 1.0);
    return test;
}

}  // namespace blockscope
