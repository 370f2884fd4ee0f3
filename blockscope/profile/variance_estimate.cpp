#include "blockscope/profile/variance_estimate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "blockscope/base/random.hpp"
#include "blockscope/model/cross_fit.hpp"
#include "blockscope/stats/distributions.hpp"

namespace blockscope {
namespace {

/// Halves of the rows, a model fitted on each and tried on the other. Several splits average out
/// which half an architecture happened to be in.
struct Halves {
    std::vector<LayerTable> models;  ///< models[k] predicts half k
    std::vector<std::uint8_t> half;
    std::vector<double> residuals;  ///< times the architecture's weight
    std::vector<double> centred;    ///< the model's value minus its exact mean
    std::array<double, 2> size{};
};

constexpr int splits = 4;

Halves fit_halves(const DesignSpace& space, const UnrepeatedSample& rows, Rng rng) {
    Halves fit;
    const std::size_t n = rows.values.size();
    fit.half.resize(n);
    for (std::size_t i = 0; i < n; ++i) fit.half[i] = i % 2;
    shuffle(fit.half, rng);
    fit.residuals.resize(n);
    fit.centred.resize(n);
    for (int k = 0; k < 2; ++k) {
        std::vector<Architecture> archs;
        std::vector<double> values;
        for (std::size_t i = 0; i < n; ++i) {
            if (fit.half[i] == k) continue;
            archs.push_back(rows.archs[i]);
            values.push_back(rows.values[i]);
        }
        fit.models.push_back(fit_additive(space, archs, values));
        fit.size[k] = static_cast<double>(n - values.size());
    }
    const auto stem = stem_weights(space, fit.models[0]);
    const auto body = uniform_body(space);
    const std::array<double, 2> mean{expected_sum(fit.models[0], stem, body),
                                     expected_sum(fit.models[1], stem, body)};
    for (std::size_t i = 0; i < n; ++i) {
        const double fitted = fit.models[fit.half[i]].value(rows.archs[i]);
        fit.centred[i] = fitted - mean[fit.half[i]];
        fit.residuals[i] = rows.weights[i] * (rows.values[i] - fitted);
    }
    return fit;
}

/// Product of a residual with another one of its half, averaged over pairs: unbiased for the
/// square of the mean residual.
struct PairSum {
    double sum = 0;
    double squares = 0;
    void add(double r) {
        sum += r;
        squares += r * r;
    }
    double pairs() const { return sum * sum - squares; }
};

PooledAmount pooled_amount(const Cells& cells, const UnrepeatedSample& rows,
                           const std::vector<Halves>& fits) {
    const std::size_t n = rows.values.size();
    PooledAmount amount{0, static_cast<double>(cells.possible()), std::vector<double>(n, 0.0)};
    std::vector<std::size_t> cell(n);
    for (std::size_t i = 0; i < n; ++i) cell[i] = cells.of(rows.archs[i]);
    const auto& p = cells.probability();
    for (const Halves& fit : fits) {
        for (int k = 0; k < 2; ++k) {
            const double share = fit.size[k] / static_cast<double>(n) / splits;
            auto means = cells.means(fit.models[k]);
            amount.theta += share * variance_of_means(cells, means);
            const double mean = std::inner_product(p.begin(), p.end(), means.begin(), 0.0);
            for (double& m : means) m -= mean;
            std::vector<PairSum> sums(cells.size());
            PairSum all;
            double cross = 0;
            for (std::size_t i = 0; i < n; ++i) {
                if (fit.half[i] != k) continue;
                sums[cell[i]].add(fit.residuals[i]);
                all.add(fit.residuals[i]);
                cross += 2 * means[cell[i]] * fit.residuals[i];
            }
            double pairs = -all.pairs();
            for (std::size_t c = 0; c < cells.size(); ++c) {
                if (p[c] > 0) pairs += sums[c].pairs() / p[c];
            }
            const double others = fit.size[k] - 1;
            amount.theta += share * (cross + pairs / others) / fit.size[k];
            for (std::size_t i = 0; i < n; ++i) {
                if (fit.half[i] != k) continue;
                const double r = fit.residuals[i];
                const double missed = (sums[cell[i]].sum - r) / p[cell[i]] - (all.sum - r);
                amount.psi[i] += 2 * (means[cell[i]] + missed / others) * r / splits;
            }
        }
    }
    return amount;
}

/// Var(M) in the same way; `cells` becomes the residuals' variance.
PooledAmount total_variance(const std::vector<FactorGroup>& groups, const DesignSpace& space,
                            const UnrepeatedSample& rows, const std::vector<Halves>& fits) {
    const std::size_t n = rows.values.size();
    PooledAmount total{0, 0, std::vector<double>(n, 0.0)};
    for (const Halves& fit : fits) {
        for (int k = 0; k < 2; ++k) {
            const double share = fit.size[k] / static_cast<double>(n) / splits;
            total.theta += share * exact_split(space, fit.models[k], groups).additive.value;
            PairSum all;
            double squares = 0;
            for (std::size_t i = 0; i < n; ++i) {
                if (fit.half[i] != k) continue;
                all.add(fit.residuals[i]);
                squares += fit.residuals[i] * fit.residuals[i] / rows.weights[i];
            }
            const double mean = all.sum / fit.size[k];
            const double variance =
                squares / fit.size[k] - all.pairs() / (fit.size[k] * (fit.size[k] - 1));
            total.theta += share * variance;
            total.cells += share * variance;
            for (std::size_t i = 0; i < n; ++i) {
                if (fit.half[i] != k) continue;
                const double cross = 2 * fit.centred[i] * fit.residuals[i];
                const double r = fit.residuals[i];
                total.theta += cross / static_cast<double>(n) / splits;
                total.psi[i] += (cross + r * r / rows.weights[i] - 2 * mean * r) / splits;
            }
        }
    }
    return total;
}

}  // namespace

Estimate VarianceEstimate::share(const PooledAmount& a, double level) const {
    const double value = a.theta / total.theta;
    const auto n = static_cast<double>(a.psi.size());
    double sum = 0;
    double squares = 0;
    for (std::size_t i = 0; i < a.psi.size(); ++i) {
        const double psi = a.psi[i] - value * total.psi[i];
        sum += psi;
        squares += psi * psi;
    }
    // psi holds estimated means, whose own noise counts the error of second order twice
    const double first_order = (squares - sum * sum / n) / (n - 1) / n;
    const double second = std::max(0.0, a.cells) * second_order;
    const double variance = std::max(first_order - 0.5 * second, second);
    return plus_minus(value, normal_quantile(0.5 + level / 2) * std::sqrt(variance) / total.theta);
}

VarianceEstimate estimate_variance(const DesignSpace& space, const UnrepeatedSample& rows) {
    std::vector<Halves> fits;
    fits.reserve(splits);
    const Rng rng(0x5eed);
    for (int s = 0; s < splits; ++s) fits.push_back(fit_halves(space, rows, rng.fork(s)));
    const LayerTable& shape = fits.front().models.front();
    const auto groups = variance_factors(space, shape);
    const auto n = static_cast<double>(rows.values.size());
    VarianceEstimate result;
    result.total = total_variance(groups, space, rows, fits);
    // variance of a mean product over the pairs of one half, averaged over the splits
    const double residual_variance = result.total.cells;
    result.second_order = 2 * (1 + 1.0 / splits) * residual_variance * residual_variance / (n * n);
    result.split = split_by_factors(
        groups, PooledAmount{0, 0, std::vector<double>(rows.values.size(), 0.0)},
        [&](const Partition& p) { return pooled_amount(Cells(space, shape, p), rows, fits); });
    return result;
}

}  // namespace blockscope
