#include "blockscope/stats/sensitivity.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <numeric>

#include "blockscope/stats/quantile.hpp"

namespace blockscope {
namespace {

/// Pairs of random points with their values, and the points between them.
struct Pairs {
    const BlackBox& box;
    const InputGroups& groups;
    std::size_t rows;
    std::vector<double> a, b;  ///< [row, input]
    std::vector<double> fa, fb;

    Pairs(const BlackBox& f, const InputGroups& g, std::size_t n, Rng& rng)
        : box(f), groups(g), rows(n), a(n * f.inputs), b(n * f.inputs) {
        for (std::size_t i = 0; i < n; ++i) {
            box.draw(rng, std::span(a).subspan(i * f.inputs, f.inputs));
            box.draw(rng, std::span(b).subspan(i * f.inputs, f.inputs));
        }
        fa = values(a);
        fb = values(b);
    }

    std::vector<double> values(const std::vector<double>& points) const {
        std::vector<double> result(rows);
        box.evaluate(points, result);
        return result;
    }

    /// Gives row i of `points` the inputs of group j that the row has in b.
    void take(std::vector<double>& points, std::size_t i, std::size_t j) const {
        for (const std::size_t input : groups[j]) {
            points[i * box.inputs + input] = b[i * box.inputs + input];
        }
    }
};

/// Intervals of numbers that are functions of column means: rows are resampled.
/// columns: [column][row]; from: column means -> numbers.
std::vector<Estimate> bootstrap(
    const std::vector<std::vector<double>>& columns, Rng& rng, const SensitivityOptions& options,
    const std::function<std::vector<double>(std::span<const double> means)>& from) {
    const std::size_t rows = columns.front().size();
    std::vector<double> means(columns.size());
    std::vector<std::size_t> picked(rows);
    std::iota(picked.begin(), picked.end(), std::size_t{0});
    const auto numbers = [&] {
        for (std::size_t c = 0; c < columns.size(); ++c) {
            means[c] = 0;
            for (const std::size_t i : picked) means[c] += columns[c][i];
            means[c] /= static_cast<double>(rows);
        }
        return from(means);
    };
    const auto values = numbers();
    std::vector<std::vector<double>> draws(values.size());
    for (std::size_t r = 0; r < options.resamples; ++r) {
        for (auto& i : picked) i = rng.below(static_cast<std::uint32_t>(rows));
        const auto drawn = numbers();
        for (std::size_t k = 0; k < drawn.size(); ++k) {
            if (drawn[k] == drawn[k]) draws[k].push_back(drawn[k]);
        }
    }
    std::vector<Estimate> result;
    for (std::size_t k = 0; k < values.size(); ++k) {
        Estimate e{.value = values[k]};
        std::sort(draws[k].begin(), draws[k].end());
        if (!draws[k].empty()) {
            e.low = quantile(draws[k], (1 - options.level) / 2);
            e.high = quantile(draws[k], (1 + options.level) / 2);
        }
        result.push_back(e);
    }
    return result;
}

std::vector<double> half_squares(const std::vector<double>& x, const std::vector<double>& y) {
    std::vector<double> result(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) result[i] = 0.5 * (x[i] - y[i]) * (x[i] - y[i]);
    return result;
}

/// cost[J] of every row, J a set of groups as bits: its mean is the variance left if all but J are
/// fixed. Returns the columns of the Shapley effects.
std::vector<std::vector<double>> all_subsets(const Pairs& pairs) {
    const std::size_t k = pairs.groups.size();
    const std::size_t sets = std::size_t{1} << k;
    std::vector<double> weight(k);  // of a set with that many members: s! (k - s - 1)! / k!
    for (std::size_t s = 0; s < k; ++s) {
        double choose = 1;
        for (std::size_t i = 1; i <= s; ++i) {
            choose *= static_cast<double>(k - i) / static_cast<double>(i);
        }
        weight[s] = 1 / (static_cast<double>(k) * choose);
    }
    std::vector<std::vector<double>> columns(k, std::vector<double>(pairs.rows, 0.0));
    for (std::size_t set = 1; set < sets; ++set) {
        auto points = pairs.a;
        for (std::size_t j = 0; j < k; ++j) {
            if ((set >> j & 1U) == 0) continue;
            for (std::size_t i = 0; i < pairs.rows; ++i) pairs.take(points, i, j);
        }
        const auto cost = half_squares(pairs.fa, set + 1 == sets ? pairs.fb : pairs.values(points));
        const auto members = static_cast<std::size_t>(std::popcount(set));
        for (std::size_t j = 0; j < k; ++j) {
            const bool in = (set >> j & 1U) != 0;
            if (!in && members == k) continue;
            const double w = in ? weight[members - 1] : -weight[members];
            for (std::size_t i = 0; i < pairs.rows; ++i) columns[j][i] += w * cost[i];
        }
    }
    return columns;
}

std::vector<std::vector<double>> random_orders(const Pairs& pairs, Rng& rng) {
    const std::size_t k = pairs.groups.size();
    std::vector<std::vector<double>> columns(k, std::vector<double>(pairs.rows, 0.0));
    std::vector<std::vector<std::size_t>> order(pairs.rows, std::vector<std::size_t>(k));
    for (auto& o : order) {
        std::iota(o.begin(), o.end(), std::size_t{0});
        shuffle(o, rng);
    }
    auto points = pairs.a;
    std::vector<double> before(pairs.rows, 0.0);
    for (std::size_t step = 0; step < k; ++step) {
        for (std::size_t i = 0; i < pairs.rows; ++i) pairs.take(points, i, order[i][step]);
        const auto cost = half_squares(pairs.fa, step + 1 == k ? pairs.fb : pairs.values(points));
        for (std::size_t i = 0; i < pairs.rows; ++i) {
            columns[order[i][step]][i] = cost[i] - before[i];
        }
        before = cost;
    }
    return columns;
}

}  // namespace

SobolIndices sobol_indices(const BlackBox& box, const InputGroups& groups, Rng& rng,
                           const SensitivityOptions& options) {
    assert(options.rows >= 2 && !groups.empty());
    const Pairs pairs(box, groups, options.rows, rng);
    const std::size_t k = groups.size();
    const double centre = std::accumulate(pairs.fa.begin(), pairs.fa.end(),
                                          std::accumulate(pairs.fb.begin(), pairs.fb.end(), 0.0)) /
                          static_cast<double>(2 * options.rows);
    // columns: first order of each group, total of each, then sum and squares of the values
    std::vector<std::vector<double>> columns(2 * k + 2, std::vector<double>(options.rows));
    for (std::size_t j = 0; j < k; ++j) {
        auto points = pairs.a;
        for (std::size_t i = 0; i < options.rows; ++i) pairs.take(points, i, j);
        const auto mixed = pairs.values(points);
        for (std::size_t i = 0; i < options.rows; ++i) {
            columns[j][i] = (pairs.fb[i] - centre) * (mixed[i] - pairs.fa[i]);
        }
        columns[k + j] = half_squares(pairs.fa, mixed);
    }
    for (std::size_t i = 0; i < options.rows; ++i) {
        const double x = pairs.fa[i] - centre;
        const double y = pairs.fb[i] - centre;
        columns[2 * k][i] = 0.5 * (x + y);
        columns[2 * k + 1][i] = 0.5 * (x * x + y * y);
    }
    const auto estimates = bootstrap(columns, rng, options, [k](std::span<const double> means) {
        const double variance = means[2 * k + 1] - means[2 * k] * means[2 * k];
        std::vector<double> shares(means.begin(), means.begin() + static_cast<long>(2 * k));
        for (double& s : shares) s /= variance;  // 0 / 0 is NaN: a constant has no shares
        return shares;
    });
    SobolIndices result;
    result.first.assign(estimates.begin(), estimates.begin() + static_cast<long>(k));
    result.total.assign(estimates.begin() + static_cast<long>(k), estimates.end());
    result.evaluations = options.rows * (k + 2);
    return result;
}

ShapleyEffects shapley_effects(const BlackBox& box, const InputGroups& groups, Rng& rng,
                               const SensitivityOptions& options) {
    assert(options.rows >= 2 && !groups.empty());
    const Pairs pairs(box, groups, options.rows, rng);
    const bool exact = groups.size() <= options.exact_up_to;
    const auto columns = exact ? all_subsets(pairs) : random_orders(pairs, rng);
    ShapleyEffects result;
    result.share = bootstrap(columns, rng, options, [](std::span<const double> means) {
        const double variance = std::accumulate(means.begin(), means.end(), 0.0);
        std::vector<double> shares(means.begin(), means.end());
        for (double& s : shares) s /= variance;
        return shares;
    });
    result.evaluations =
        options.rows * (exact ? std::size_t{1} << groups.size() : groups.size() + 1);
    return result;
}

}  // namespace blockscope
