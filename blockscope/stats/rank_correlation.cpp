#include "blockscope/stats/rank_correlation.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "blockscope/stats/distributions.hpp"

namespace blockscope {
namespace {

std::vector<std::size_t> order_of(std::span<const double> values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    return order;
}

/// Calls `tied(first, last)` for each run of equal values in `order`.
template <typename Tied>
void for_each_run(std::span<const double> values, const std::vector<std::size_t>& order,
                  Tied tied) {
    for (std::size_t first = 0; first < order.size();) {
        std::size_t last = first + 1;
        while (last < order.size() && values[order[last]] == values[order[first]]) ++last;
        tied(first, last);
        first = last;
    }
}

/// Interval on Fisher's scale; perfect correlation has no width there.
Estimate fisher_interval(double r, double standard_error, double level) {
    const double half = normal_quantile(0.5 + level / 2) * standard_error;
    if (std::abs(r) >= 1) return exactly(r);
    return {r, std::tanh(std::atanh(r) - half), std::tanh(std::atanh(r) + half)};
}

/// Counts of values seen so far, by rank class.
class Tally {
public:
    explicit Tally(std::size_t classes) : sums_(classes + 1, 0) {}
    void add(std::size_t c) {
        for (++c; c < sums_.size(); c += c & (~c + 1)) ++sums_[c];
    }
    /// Number of values added in classes below c.
    std::int64_t below(std::size_t c) const {
        std::int64_t sum = 0;
        for (; c > 0; c -= c & (~c + 1)) sum += sums_[c];
        return sum;
    }

private:
    std::vector<std::int64_t> sums_;  // a Fenwick tree
};

}  // namespace

std::vector<double> ranks(std::span<const double> values) {
    std::vector<double> result(values.size());
    const auto order = order_of(values);
    for_each_run(values, order, [&](std::size_t first, std::size_t last) {
        const double mean = 0.5 * static_cast<double>(first + 1 + last);
        for (std::size_t i = first; i < last; ++i) result[order[i]] = mean;
    });
    return result;
}

Estimate spearman(std::span<const double> x, std::span<const double> y, double level) {
    assert(x.size() == y.size());
    const auto n = static_cast<double>(x.size());
    const auto a = ranks(x);
    const auto b = ranks(y);
    const double centre = 0.5 * (n + 1);
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += (a[i] - centre) * (b[i] - centre);
        aa += (a[i] - centre) * (a[i] - centre);
        bb += (b[i] - centre) * (b[i] - centre);
    }
    if (!(aa > 0) || !(bb > 0)) return {};
    const double r = std::clamp(ab / std::sqrt(aa * bb), -1.0, 1.0);
    if (n < 4) return {.value = r};
    return fisher_interval(r, std::sqrt((1 + r * r / 2) / (n - 3)), level);
}

Estimate kendall(std::span<const double> x, std::span<const double> y, double level) {
    assert(x.size() == y.size());
    const std::size_t n = x.size();
    std::vector<std::size_t> y_class(n);
    std::size_t classes = 0;
    double tied_y = 0;
    const auto by_y = order_of(y);
    for_each_run(y, by_y, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) y_class[by_y[i]] = classes;
        tied_y += 0.5 * static_cast<double>((last - first) * (last - first - 1));
        ++classes;
    });
    // concordant minus discordant partners of each pair: first those with smaller x, then larger
    std::vector<double> balance(n, 0.0);
    double tied_x = 0;
    const auto by_x = order_of(x);
    Tally all(classes);
    for (std::size_t i = 0; i < n; ++i) all.add(y_class[i]);
    Tally smaller(classes);
    Tally up_to(classes);
    for_each_run(x, by_x, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) up_to.add(y_class[by_x[i]]);
        for (std::size_t i = first; i < last; ++i) {
            const std::size_t c = y_class[by_x[i]];
            const auto larger_below = all.below(c) - up_to.below(c);
            const auto larger_above = (all.below(classes) - all.below(c + 1)) -
                                      (up_to.below(classes) - up_to.below(c + 1));
            const auto smaller_below = smaller.below(c);
            const auto smaller_above = smaller.below(classes) - smaller.below(c + 1);
            balance[by_x[i]] =
                static_cast<double>(smaller_below - smaller_above + larger_above - larger_below);
        }
        for (std::size_t i = first; i < last; ++i) smaller.add(y_class[by_x[i]]);
        tied_x += 0.5 * static_cast<double>((last - first) * (last - first - 1));
    });
    const auto count = static_cast<double>(n);
    const double pairs = 0.5 * count * (count - 1);
    const double untied = std::sqrt((pairs - tied_x) * (pairs - tied_y));
    if (!(untied > 0)) return {};
    const double total = std::accumulate(balance.begin(), balance.end(), 0.0);  // 2 (C - D)
    const double tau = std::clamp(0.5 * total / untied, -1.0, 1.0);
    if (n < 4) return {.value = tau};
    const double mean = total / count;
    double squares = 0;
    for (const double b : balance) squares += (b - mean) * (b - mean);
    const double scale = pairs / untied;  // from tau-a to tau-b
    const double tau_a = 0.5 * total / pairs;
    const double variance =
        scale * scale / pairs *
        (2 * (count - 2) / (count * (count - 1) * (count - 1)) * squares + 1 - tau_a * tau_a);
    return fisher_interval(tau, std::sqrt(variance) / (1 - tau * tau), level);
}

}  // namespace blockscope
