#include "blockscope/stats/moments.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace blockscope {
namespace {

TEST(Moments, OfTwoValuesAndOfOneFarAway) {
    const std::vector<double> coin{0, 2};
    EXPECT_DOUBLE_EQ(variance(coin), 1);
    EXPECT_DOUBLE_EQ(kurtosis(coin), 1);            // the least there is
    const std::vector<double> tail{0, 0, 0, 0, 5};  // mean 1: 4 * 1 + 16, 4 * 1 + 256
    EXPECT_DOUBLE_EQ(variance(tail), 4);
    EXPECT_DOUBLE_EQ(kurtosis(tail), 5 * 260.0 / 400);
}

TEST(Moments, OfNothingAreUnknown) {
    EXPECT_TRUE(std::isnan(variance({})));
    EXPECT_TRUE(std::isnan(kurtosis(std::vector<double>{3, 3})));
}

}  // namespace
}  // namespace blockscope
