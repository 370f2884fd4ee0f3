#include "blockscope/stats/quantile.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "blockscope/base/random.hpp"

namespace blockscope {
namespace {

// by hand, and as R's quantile() gives by default
TEST(Quantile, InterpolatesBetweenOrderStatistics) {
    const std::vector<double> ten{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    EXPECT_DOUBLE_EQ(quantile(ten, 0.25), 3.25);
    EXPECT_DOUBLE_EQ(quantile(std::vector<double>{1, 2, 4, 8}, 0.9), 6.8);
    EXPECT_EQ(quantile(ten, 0), 1);
    EXPECT_EQ(quantile(ten, 1), 10);
    EXPECT_EQ(quantile(std::vector<double>{7}, 0.3), 7);
}

RC_GTEST_PROP(WeightedQuantile, IsThePlainOneForEqualWeights, ()) {
    auto values = *rc::gen::nonEmpty(rc::gen::container<std::vector<double>>(
        rc::gen::map(rc::gen::inRange(-1000, 1000), [](int v) { return v / 8.0; })));
    std::sort(values.begin(), values.end());
    const double p = *rc::gen::inRange(0, 101) / 100.0;
    const std::vector<double> weights(values.size(), 0.37);
    RC_ASSERT(std::abs(weighted_quantile(values, weights, p) - quantile(values, p)) < 1e-9);
}

RC_GTEST_PROP(WeightedQuantile, IgnoresValuesOfWeightZero, ()) {
    auto values = *rc::gen::nonEmpty(rc::gen::container<std::vector<double>>(
        rc::gen::map(rc::gen::inRange(-1000, 1000), [](int v) { return v / 8.0; })));
    std::sort(values.begin(), values.end());
    const double p = *rc::gen::inRange(0, 101) / 100.0;
    std::vector<double> more = values;
    std::vector<double> weights(values.size(), 2.0);
    more.push_back(values.back() + 1);
    weights.push_back(0);
    RC_ASSERT(std::abs(weighted_quantile(more, weights, p) - quantile(values, p)) < 1e-9);
}

// n = 10: the 2nd and 9th value cover the median with 97.85 %, the 3rd and 8th with 89.06 % only.
// David and Nagaraja, section 7.1.
TEST(QuantileInterval, UsesTheTabulatedOrderStatisticsOfTheMedian) {
    const std::vector<double> ten{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    const auto median = quantile_interval(ten, 0.5, 0.95);
    EXPECT_EQ(median.value, 5.5);
    EXPECT_EQ(median.low, 2);
    EXPECT_EQ(median.high, 9);
}

// 0.95^58 = 0.051: the largest of 58 values is no upper bound of the 95 % point at level 0.90
TEST(QuantileInterval, LeavesABoundUnknownThatTheSampleIsTooSmallFor) {
    std::vector<double> values(58);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);
    EXPECT_TRUE(std::isnan(quantile_interval(values, 0.95, 0.90).high));
    values.push_back(58);
    EXPECT_EQ(quantile_interval(values, 0.95, 0.90).high, 58);
}

TEST(QuantileInterval, CoversAtLeastAtItsLevel) {
    int covered = 0;
    const int runs = 1000;
    for (int run = 0; run < runs; ++run) {
        Rng rng(run);
        std::vector<double> values(80);
        for (double& v : values) v = rng.uniform();
        std::sort(values.begin(), values.end());
        const auto q = quantile_interval(values, 0.2, 0.9);
        covered += q.low <= 0.2 && 0.2 <= q.high;
    }
    EXPECT_GE(covered, 0.88 * runs);
    EXPECT_LE(covered, 0.96 * runs);
}

}  // namespace
}  // namespace blockscope
