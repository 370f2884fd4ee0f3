#include "blockscope/measure/robust_mean.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "blockscope/base/random.hpp"

#include "tests/stats/random_normal.hpp"

namespace blockscope {
namespace {

TEST(RobustMean, IsTheMeanOfTheMiddleHalf) {
    EXPECT_TRUE(std::isnan(robust_mean({}).value));
    EXPECT_EQ(robust_mean({7}).value, 7);
    EXPECT_TRUE(std::isnan(robust_mean({7}).standard_error));
    EXPECT_EQ(robust_mean({1, 3}).value, 2);
    EXPECT_EQ(robust_mean({1, 2, 3, 1e9}).value, 2.5);
    EXPECT_EQ(robust_mean({9, 1, 2, 3, 4, 5, 6, 1e9}).value, 4.5);
    // by hand: winsorized {2,2,3,3}, squares 1, over h (h - 1) = 2
    EXPECT_DOUBLE_EQ(robust_mean({1, 2, 3, 1e9}).standard_error, std::sqrt(0.5));
    EXPECT_TRUE(std::isnan(interval(robust_mean({7}), 0.95).low));
}

// 2,000 samples of 12: 95 % intervals hold the centre in 93 to 97 %, with and without outliers.
TEST(RobustMean, CoversTheCentreOfNoisyTimings) {
    Rng rng(1);
    for (const bool outliers : {false, true}) {
        int covered = 0;
        for (int i = 0; i < 2000; ++i) {
            std::vector<double> sample;
            for (int k = 0; k < 12; ++k) {
                double v = 10 + random_normal(rng);
                if (outliers && rng.below(20) == 0) v += (rng.below(2) == 0 ? -1 : 1) * 30.0;
                sample.push_back(v);
            }
            const auto e = interval(robust_mean(sample), 0.95);
            covered += e.low <= 10 && 10 <= e.high ? 1 : 0;
        }
        EXPECT_GE(covered, 0.93 * 2000) << outliers;
        EXPECT_LE(covered, 0.97 * 2000) << outliers;
    }
}

}  // namespace
}  // namespace blockscope
