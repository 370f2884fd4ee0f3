#include "blockscope/stats/moments.hpp"

#include <numeric>

namespace blockscope {
namespace {

struct Sums {
    double second = 0;
    double fourth = 0;
};

Sums around_mean(std::span<const double> values) {
    const double mean =
        std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    Sums sums;
    for (const double v : values) {
        const double square = (v - mean) * (v - mean);
        sums.second += square;
        sums.fourth += square * square;
    }
    return sums;
}

}  // namespace

double variance(std::span<const double> values) {
    return around_mean(values).second / static_cast<double>(values.size());
}

double kurtosis(std::span<const double> values) {
    const auto [second, fourth] = around_mean(values);
    return static_cast<double>(values.size()) * fourth / (second * second);
}

}  // namespace blockscope
