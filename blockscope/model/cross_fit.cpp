#include "blockscope/model/cross_fit.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include "blockscope/base/random.hpp"

namespace blockscope {
namespace {

/// Mean value by resolution as a quadratic in the number of pixels, and whether effects grow with
/// it.
struct ResolutionTrend {
    std::vector<double> mean;   ///< by resolution
    std::vector<double> scale;  ///< mean over the mean of means, where that is sensible
};

ResolutionTrend resolution_trend(std::span<const int> resolutions, std::span<const double> values,
                                 std::span<const std::uint8_t> at) {
    const std::size_t n = resolutions.size();
    ResolutionTrend trend{std::vector<double>(n, 0.0), std::vector<double>(n, 1.0)};
    if (n == 1) return trend;
    const int degree = static_cast<int>(std::min<std::size_t>(3, n));
    const double largest = *std::max_element(resolutions.begin(), resolutions.end());
    Eigen::MatrixXd gram = Eigen::MatrixXd::Identity(degree, degree) * 1e-9;
    Eigen::VectorXd right = Eigen::VectorXd::Zero(degree);
    const auto row = [&](std::size_t r) {
        const double pixels = resolutions[r] * resolutions[r] / (largest * largest);
        Eigen::VectorXd x(degree);
        for (int d = 0; d < degree; ++d) x[d] = std::pow(pixels, d);
        return x;
    };
    for (std::size_t i = 0; i < values.size(); ++i) {
        const Eigen::VectorXd x = row(at[i]);
        gram += x * x.transpose();
        right += values[i] * x;
    }
    const Eigen::VectorXd solution = gram.llt().solve(right);
    for (std::size_t r = 0; r < n; ++r) trend.mean[r] = row(r).dot(solution);
    const double middle =
        std::accumulate(trend.mean.begin(), trend.mean.end(), 0.0) / static_cast<double>(n);
    if (*std::min_element(trend.mean.begin(), trend.mean.end()) > 0.05 * middle && middle > 0) {
        for (std::size_t r = 0; r < n; ++r) trend.scale[r] = trend.mean[r] / middle;
    }
    return trend;
}

/// Residual of each value by the models, and the variance of all residuals.
void predict(CrossFit& fit, std::span<const Architecture> archs, std::span<const double> values) {
    fit.predicted.resize(archs.size());
    double sum = 0;
    double squares = 0;
    for (std::size_t i = 0; i < archs.size(); ++i) {
        fit.predicted[i] = fit.models[fit.fold[i]].value(archs[i], fit.at[i]);
        const double r = values[i] - fit.predicted[i];
        sum += r;
        squares += r * r;
    }
    const auto n = static_cast<double>(archs.size());
    fit.residual_variance = std::max(0.0, (squares - sum * sum / n) / std::max(1.0, n - 1));
}

/// Index of each architecture's resolution.
std::vector<std::uint8_t> resolution_index(std::span<const Architecture> archs,
                                           std::span<const int> resolutions) {
    std::vector<std::uint8_t> at(archs.size(), 0);
    if (resolutions.size() == 1) return at;
    for (std::size_t i = 0; i < archs.size(); ++i) {
        const auto found = std::find(resolutions.begin(), resolutions.end(), archs[i].resolution);
        at[i] = static_cast<std::uint8_t>(found - resolutions.begin());
    }
    return at;
}

/// What the table of a surrogate with that offset and scale has to give.
std::vector<double> targets(std::span<const double> values, std::span<const std::uint8_t> at,
                            const std::vector<double>& offset, const std::vector<double>& scale) {
    std::vector<double> result(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        result[i] = (values[i] - offset[at[i]]) / scale[at[i]];
    }
    return result;
}

CrossFit fit_with(const DesignSpace& space, std::span<const Architecture> archs,
                  std::span<const double> values, const CrossFit& folds, int count,
                  const std::vector<double>& offset, const std::vector<double>& scale, Prior prior,
                  StrengthSearch search) {
    const auto fit = fit_additive(space, archs, targets(values, folds.at, offset, scale),
                                  folds.fold, count, prior, search);
    CrossFit result;
    result.fold = folds.fold;
    result.at = folds.at;
    for (const auto& table : fit.without) result.models.push_back({table, offset, scale});
    predict(result, archs, values);
    return result;
}

}  // namespace

Surrogate fit_surrogate(const DesignSpace& space, std::span<const Architecture> archs,
                        std::span<const double> values, std::span<const int> resolutions) {
    const auto at = resolution_index(archs, resolutions);
    ResolutionTrend trend = resolution_trend(resolutions, values, at);
    const std::vector<double> ones(resolutions.size(), 1.0);
    if (trend.scale != ones) trend.mean.assign(resolutions.size(), 0.0);
    const auto table = fit_additive(space, archs, targets(values, at, trend.mean, trend.scale));
    return {table, std::move(trend.mean), std::move(trend.scale)};
}

CrossFit cross_fit(const DesignSpace& space, std::span<const Architecture> archs,
                   std::span<const double> values, std::span<const int> resolutions, Prior prior,
                   StrengthSearch search) {
    const std::size_t n = archs.size();
    const int folds = n < 2000 ? 10 : 5;
    CrossFit start;
    start.fold.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
        start.fold[i] = static_cast<std::uint8_t>(i % static_cast<std::size_t>(folds));
    }
    // tables of other people may be sorted, so position must not decide alone
    Rng rng(0x666f6c64);
    shuffle(start.fold, rng);
    start.at = resolution_index(archs, resolutions);
    const ResolutionTrend trend = resolution_trend(resolutions, values, start.at);
    const std::vector<double> ones(resolutions.size(), 1.0);
    CrossFit shifted =
        fit_with(space, archs, values, start, folds, trend.mean, ones, prior, search);
    if (trend.scale == ones) return shifted;
    const std::vector<double> zeros(resolutions.size(), 0.0);
    const CrossFit scaled =
        fit_with(space, archs, values, start, folds, zeros, trend.scale, prior, search);
    return scaled.residual_variance < shifted.residual_variance ? scaled : shifted;
}

}  // namespace blockscope
