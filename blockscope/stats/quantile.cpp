#include "blockscope/stats/quantile.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "blockscope/stats/distributions.hpp"

namespace blockscope {
namespace {

/// Smallest k in [0, n] with P(Bin(n, p) <= k) >= probability.
int binomial_quantile(int n, double p, double probability) {
    int low = 0;
    int high = n;
    while (low < high) {
        const int middle = low + (high - low) / 2;
        if (binomial_cdf(middle, n, p) >= probability) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

}  // namespace

double quantile(std::span<const double> sorted, double p) {
    assert(!sorted.empty() && p >= 0 && p <= 1);
    const double at = p * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const auto above = std::min(below + 1, sorted.size() - 1);
    return std::lerp(sorted[below], sorted[above], at - static_cast<double>(below));
}

double weighted_quantile(std::span<const double> sorted, std::span<const double> weights,
                         double p) {
    assert(sorted.size() == weights.size() && !sorted.empty() && p >= 0 && p <= 1);
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    const double squares = std::inner_product(weights.begin(), weights.end(), weights.begin(), 0.0);
    assert(total > 0);
    const double effective = total * total / squares;
    // value i holds the part [before, after] of the probability; the quantile averages the values
    // over a window of 1 / effective
    const double window = p * (effective - 1) / effective;
    double sum = 0;
    double before = 0;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const double after = before + weights[i] / total;
        const double in_window = std::min(after, window + 1 / effective) - std::max(before, window);
        if (in_window > 0) sum += in_window * effective * sorted[i];
        before = after;
    }
    return std::clamp(sum, sorted.front(), sorted.back());
}

Estimate quantile_interval(std::span<const double> sorted, double p, double level) {
    Estimate result;
    result.value = quantile(sorted, p);
    const int n = static_cast<int>(sorted.size());
    const double tail = (1 - level) / 2;
    // the r-th smallest lies above the quantile if fewer than r values lie below: P(Bin <= r - 1)
    const int lower = binomial_quantile(n, p, tail);
    const int upper = binomial_quantile(n, p, 1 - tail) + 1;
    if (lower >= 1) result.low = sorted[lower - 1];
    if (upper <= n) result.high = sorted[upper - 1];
    return result;
}

}  // namespace blockscope
