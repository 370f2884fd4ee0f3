#include "blockscope/stats/max_t.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "blockscope/base/random.hpp"
#include "blockscope/stats/distributions.hpp"

namespace blockscope {
namespace {

/// Lower triangle of the Cholesky factor of a correlation matrix of `n` rows, in place. Rows that
/// depend on those before them get a diagonal of almost 0.
void factorise(std::vector<double>& m, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = m[i * n + j];
            for (std::size_t k = 0; k < j; ++k) sum -= m[i * n + k] * m[j * n + k];
            if (i == j) {
                m[i * n + i] = std::sqrt(std::max(sum, 1e-12));
            } else {
                const double d = m[j * n + j];
                m[i * n + j] = d > 1e-5 ? sum / d : 0.0;
            }
        }
    }
}

}  // namespace

double simultaneous_probability(std::span<const double> covariance, double level) {
    const auto all = static_cast<std::size_t>(std::lround(std::sqrt(covariance.size())));
    std::vector<std::size_t> used;
    for (std::size_t i = 0; i < all; ++i) {
        if (covariance[i * all + i] > 0) used.push_back(i);
    }
    const std::size_t n = used.size();
    if (n < 2) return 1 - level;
    std::vector<double> factor(n * n);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
            factor[i * n + j] = covariance[used[i] * all + used[j]] /
                                std::sqrt(covariance[used[i] * all + used[i]] *
                                          covariance[used[j] * all + used[j]]);
        }
    }
    factorise(factor, n);

    constexpr std::size_t draws = 4000;
    Rng rng(0x6d61782d74);
    std::vector<double> largest(draws, 0.0);
    std::vector<double> z(n + 1);
    for (double& most : largest) {
        for (std::size_t i = 0; i < n; i += 2) {  // Box and Muller's pairs
            const double radius = std::sqrt(-2 * std::log(1 - rng.uniform()));
            const double angle = 2 * std::numbers::pi * rng.uniform();
            z[i] = radius * std::cos(angle);
            z[i + 1] = radius * std::sin(angle);
        }
        for (std::size_t i = 0; i < n; ++i) {
            double sum = 0;
            for (std::size_t k = 0; k <= i; ++k) sum += factor[i * n + k] * z[k];
            most = std::max(most, std::abs(sum));
        }
    }
    // upper bound of the quantile that so few draws leave uncertain: rather too wide than too
    // narrow
    const double safe = level + 2 * std::sqrt(level * (1 - level) / draws);
    const auto at =
        largest.begin() + static_cast<std::ptrdiff_t>(std::min(safe * draws, draws - 1.0));
    std::nth_element(largest.begin(), at, largest.end());
    const double probability = 2 * normal_cdf(-*at);
    return std::min(probability, 1 - level);
}

}  // namespace blockscope
