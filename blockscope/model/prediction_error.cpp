#include "blockscope/model/prediction_error.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/stats/mean.hpp"
#include "blockscope/stats/proportion.hpp"
#include "blockscope/stats/rank_correlation.hpp"

namespace blockscope {
namespace {

Estimate per_cent_within(std::span<const double> percent, double bound, double level) {
    const auto inside =
        std::count_if(percent.begin(), percent.end(), [&](double p) { return p <= bound; });
    const Estimate e = proportion(static_cast<std::size_t>(inside), percent.size(), level);
    return {100 * e.value, 100 * e.low, 100 * e.high};
}

std::vector<double> distances(std::span<const double> truth, std::span<const double> predicted) {
    std::vector<double> absolute(truth.size());
    for (std::size_t i = 0; i < truth.size(); ++i) absolute[i] = std::abs(truth[i] - predicted[i]);
    return absolute;
}

}  // namespace

PredictionError prediction_error(std::span<const double> truth, std::span<const double> predicted,
                                 double level) {
    PredictionError error;
    error.rows = truth.size();
    const auto absolute = distances(truth, predicted);
    error.mean_absolute = mean(absolute, level);
    std::vector<double> squares;
    for (const double d : absolute) squares.push_back(d * d);
    const Estimate square = mean(squares, level);
    error.root_mean_square = {std::sqrt(square.value), std::sqrt(std::max(0.0, square.low)),
                              std::sqrt(square.high)};
    error.spearman = spearman(truth, predicted, level);
    error.kendall = kendall(truth, predicted, level);
    if (std::find(truth.begin(), truth.end(), 0.0) != truth.end()) return error;
    std::vector<double> percent;
    for (std::size_t i = 0; i < truth.size(); ++i) {
        percent.push_back(100 * absolute[i] / std::abs(truth[i]));
    }
    error.mean_percent = mean(percent, level);
    error.within_5 = per_cent_within(percent, 5, level);
    error.within_10 = per_cent_within(percent, 10, level);
    return error;
}

std::size_t rows_for_interval(double level) {
    return static_cast<std::size_t>(std::ceil(level / (1 - level) - 1e-9));
}

double conformal_half_width(std::span<const double> truth, std::span<const double> predicted,
                            double level) {
    auto absolute = distances(truth, predicted);
    const auto n = static_cast<double>(absolute.size());
    const double k = std::ceil((n + 1) * level - 1e-9);
    if (k > n) {
        throw Error(fmt::format("a prediction interval at level {} needs {} rows; there are {}",
                                level, rows_for_interval(level), absolute.size()));
    }
    std::sort(absolute.begin(), absolute.end());
    return absolute[static_cast<std::size_t>(k) - 1];
}

}  // namespace blockscope
