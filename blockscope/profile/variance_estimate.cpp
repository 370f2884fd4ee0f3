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
    std::vector<Surrogate> models;  ///< models[k] predicts half k
    std::vector<std::uint8_t> half;
    std::vector<double> residuals;  ///< times the architecture's weight
    std::vector<double> centred;    ///< the model's value minus its exact mean at the resolution
};

constexpr int splits = 4;

/// Half of the rows of every resolution.
std::vector<std::uint8_t> halved(const UnrepeatedSample& rows, Rng rng) {
    std::vector<std::uint8_t> half(rows.at.size());
    for (std::size_t r = 0; r < rows.resolutions.size(); ++r) {
        const auto count = std::count(rows.at.begin(), rows.at.end(), r);
        std::vector<std::uint8_t> own(static_cast<std::size_t>(count));
        for (std::size_t i = 0; i < own.size(); ++i) own[i] = i % 2;
        shuffle(own, rng);
        for (std::size_t i = 0, k = 0; i < half.size(); ++i) {
            if (rows.at[i] == r) half[i] = own[k++];
        }
    }
    return half;
}

Halves fit_halves(const DesignSpace& space, const UnrepeatedSample& rows, const Rng& rng) {
    Halves fit;
    const std::size_t n = rows.values.size();
    fit.half = halved(rows, rng);
    fit.residuals.resize(n);
    fit.centred.resize(n);
    std::array<double, 2> mean{};  // of the models' tables
    for (int k = 0; k < 2; ++k) {
        std::vector<Architecture> archs;
        std::vector<double> values;
        for (std::size_t i = 0; i < n; ++i) {
            if (fit.half[i] == k) continue;
            archs.push_back(rows.archs[i]);
            values.push_back(rows.values[i]);
        }
        fit.models.push_back(fit_surrogate(space, archs, values, rows.resolutions));
        const LayerTable& table = fit.models.back().table;
        mean[k] = expected_sum(table, stem_weights(space, table), uniform_body(space));
    }
    for (std::size_t i = 0; i < n; ++i) {
        const Surrogate& model = fit.models[fit.half[i]];
        const double fitted = model.table.value(rows.archs[i]);
        const std::size_t r = rows.at[i];
        fit.centred[i] = model.scale[r] * (fitted - mean[fit.half[i]]);
        fit.residuals[i] =
            rows.weights[i] * (rows.values[i] - model.offset[r] - model.scale[r] * fitted);
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

/// Rows in cells, and cells in strata that are looked at one by one.
struct Cut {
    std::vector<std::uint8_t> stratum;  ///< of each row
    std::vector<double> strata;         ///< probability of each
    std::vector<std::size_t> cell;      ///< of each row
    std::vector<double> cells;          ///< probability of each, the same in every stratum
    int possible = 0;                   ///< cells that can be reached
};

/// Mean over the strata of the variance, within one, of the metric's mean in a cell.
/// means(model, stratum) gives the model's means in all cells.
template <typename Means>
PooledAmount pooled_amount(const Cut& cut, const UnrepeatedSample& rows,
                           const std::vector<Halves>& fits, Means means_of) {
    const std::size_t n = rows.values.size();
    const std::size_t parts = 2 * cut.strata.size();  // halves of strata
    const auto& p = cut.cells;
    PooledAmount amount{0,
                        static_cast<double>(cut.possible) * static_cast<double>(cut.strata.size()),
                        std::vector<double>(n, 0.0)};
    for (const Halves& fit : fits) {
        const auto part = [&](std::size_t i) {
            return 2 * static_cast<std::size_t>(cut.stratum[i]) + fit.half[i];
        };
        std::vector<std::vector<double>> means(parts);
        std::vector<double> cross(parts);
        std::vector<double> size(parts);
        std::vector<PairSum> all(parts);
        std::vector<PairSum> sums(parts * p.size());
        for (std::size_t h = 0; h < parts; ++h) means[h] = means_of(fit.models[h % 2], h / 2);
        std::vector<double> of_model(parts);
        for (std::size_t h = 0; h < parts; ++h) {
            of_model[h] = variance_of_means(p, means[h]);
            const double mean = std::inner_product(p.begin(), p.end(), means[h].begin(), 0.0);
            for (double& m : means[h]) m -= mean;
        }
        for (std::size_t i = 0; i < n; ++i) {
            const std::size_t h = part(i);
            const double r = fit.residuals[i];
            sums[h * p.size() + cut.cell[i]].add(r);
            all[h].add(r);
            cross[h] += 2 * means[h][cut.cell[i]] * r;
            size[h] += 1;
        }
        for (std::size_t h = 0; h < parts; ++h) {
            double pairs = -all[h].pairs();
            for (std::size_t c = 0; c < p.size(); ++c) {
                if (p[c] > 0) pairs += sums[h * p.size() + c].pairs() / p[c];
            }
            const double share = cut.strata[h / 2] * size[h] / (size[h] + size[h ^ 1]) / splits;
            amount.theta += share * (of_model[h] + (cross[h] + pairs / (size[h] - 1)) / size[h]);
        }
        for (std::size_t i = 0; i < n; ++i) {
            const std::size_t h = part(i);
            const std::size_t c = cut.cell[i];
            const double r = fit.residuals[i];
            const double missed = (sums[h * p.size() + c].sum - r) / p[c] - (all[h].sum - r);
            const double rarity =
                cut.strata[h / 2] * static_cast<double>(n) / (size[h] + size[h ^ 1]);
            amount.psi[i] += rarity * 2 * (means[h][c] + missed / (size[h] - 1)) * r / splits;
        }
    }
    return amount;
}

PooledAmount within_resolutions(const Cells& cells, const UnrepeatedSample& rows,
                                const std::vector<Halves>& fits) {
    const std::size_t resolutions = rows.resolutions.size();
    Cut cut{rows.at,
            std::vector<double>(resolutions, 1 / static_cast<double>(resolutions)),
            {},
            cells.probability(),
            cells.possible()};
    cut.cell.reserve(rows.archs.size());
    for (const auto& a : rows.archs) cut.cell.push_back(cells.of(a));
    return pooled_amount(cut, rows, fits, [&](const Surrogate& model, std::size_t r) {
        auto means = cells.means(model.table);
        for (double& m : means) m = model.offset[r] + model.scale[r] * m;
        return means;
    });
}

PooledAmount between_resolutions(const DesignSpace& space, const UnrepeatedSample& rows,
                                 const std::vector<Halves>& fits) {
    const std::size_t resolutions = rows.resolutions.size();
    const Cut cut{std::vector<std::uint8_t>(rows.at.size(), 0),
                  {1.0},
                  {rows.at.begin(), rows.at.end()},
                  std::vector<double>(resolutions, 1 / static_cast<double>(resolutions)),
                  static_cast<int>(resolutions)};
    return pooled_amount(cut, rows, fits, [&](const Surrogate& model, std::size_t) {
        const double mean =
            expected_sum(model.table, stem_weights(space, model.table), uniform_body(space));
        std::vector<double> means(resolutions);
        for (std::size_t r = 0; r < resolutions; ++r) {
            means[r] = model.offset[r] + model.scale[r] * mean;
        }
        return means;
    });
}

struct TotalVariance {
    PooledAmount amount;   ///< Var(M) at one resolution, their mean
    double residuals = 0;  ///< variance that the models leave
};

TotalVariance total_variance(const std::vector<FactorGroup>& groups, const DesignSpace& space,
                             const UnrepeatedSample& rows, const std::vector<Halves>& fits) {
    const std::size_t n = rows.values.size();
    const std::size_t resolutions = rows.resolutions.size();
    const std::size_t parts = 2 * resolutions;
    TotalVariance total{{0, 0, std::vector<double>(n, 0.0)}, 0};
    for (const Halves& fit : fits) {
        const auto part = [&](std::size_t i) {
            return 2 * static_cast<std::size_t>(rows.at[i]) + fit.half[i];
        };
        std::vector<double> size(parts);
        std::vector<double> squares(parts);
        std::vector<double> cross(parts);
        std::vector<PairSum> all(parts);
        for (std::size_t i = 0; i < n; ++i) {
            const std::size_t h = part(i);
            const double r = fit.residuals[i];
            all[h].add(r);
            squares[h] += r * r / rows.weights[i];
            cross[h] += 2 * fit.centred[i] * r;
            size[h] += 1;
        }
        std::array<double, 2> of_table{};
        for (std::size_t k = 0; k < 2; ++k) {
            of_table[k] = exact_split(space, fit.models[k].table, groups).additive.value;
        }
        for (std::size_t h = 0; h < parts; ++h) {
            const double share =
                size[h] / (size[h] + size[h ^ 1]) / static_cast<double>(resolutions) / splits;
            const double scale = fit.models[h % 2].scale[h / 2];
            const double variance =
                squares[h] / size[h] - all[h].pairs() / (size[h] * (size[h] - 1));
            total.amount.theta +=
                share * (scale * scale * of_table[h % 2] + variance + cross[h] / size[h]);
            total.residuals += share * variance;
        }
        for (std::size_t i = 0; i < n; ++i) {
            const std::size_t h = part(i);
            const double r = fit.residuals[i];
            const double rarity =
                static_cast<double>(n) / static_cast<double>(resolutions) / (size[h] + size[h ^ 1]);
            total.amount.psi[i] +=
                rarity *
                (2 * fit.centred[i] * r + r * r / rows.weights[i] - 2 * all[h].sum / size[h] * r) /
                splits;
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
    const LayerTable& shape = fits.front().models.front().table;
    const auto groups = variance_factors(space, shape);
    const auto n = static_cast<double>(rows.values.size());
    auto [total, residual_variance] = total_variance(groups, space, rows, fits);
    VarianceEstimate result;
    // variance of a mean product over the pairs of one half, averaged over the splits
    result.second_order = 2 * (1 + 1.0 / splits) * residual_variance * residual_variance / (n * n);
    result.split = split_by_factors(
        groups, PooledAmount{0, 0, std::vector<double>(rows.values.size(), 0.0)},
        [&](const Partition& p) { return within_resolutions(Cells(space, shape, p), rows, fits); });
    if (rows.resolutions.size() > 1) {
        auto between = between_resolutions(space, rows, fits);
        total.add(1, between);
        result.split.lead("resolution", std::move(between));
    }
    result.total = std::move(total);
    return result;
}

}  // namespace blockscope
