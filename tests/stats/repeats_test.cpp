#include "blockscope/stats/repeats.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/stats/random_normal.hpp"

namespace blockscope {
namespace {

// by hand: squares 2 + 6 over 1 + 2 degrees; the thing seen once says nothing
TEST(NoiseVariance, PoolsRepeatsOverThings) {
    const std::vector<std::size_t> thing{0, 0, 1, 1, 1, 2};
    const auto noise = noise_variance(thing, std::vector<double>{1, 3, 10, 10, 13, 99});
    EXPECT_DOUBLE_EQ(noise.variance.value, 8.0 / 3);
    EXPECT_EQ(noise.degrees, 3);
    EXPECT_NEAR(noise.variance.low, 8 / 9.3484, 1e-4);  // chi-square table, 3 degrees
    EXPECT_NEAR(noise.variance.high, 8 / 0.2158, 1e-2);
}

TEST(NoiseVariance, IsUnknownWithoutRepeats) {
    const std::vector<std::size_t> thing{0, 1, 2};
    const auto noise = noise_variance(thing, std::vector<double>{1, 2, 3});
    EXPECT_TRUE(std::isnan(noise.variance.value));
    EXPECT_EQ(noise.degrees, 0);
}

TEST(NoiseVariance, CoversTheTruthAtItsLevel) {
    int covered = 0;
    const int runs = 1000;
    for (int run = 0; run < runs; ++run) {
        Rng rng(run);
        std::vector<std::size_t> thing;
        std::vector<double> values;
        for (std::size_t t = 0; t < 15; ++t) {
            for (std::size_t i = 0; i < 1 + t % 3; ++i) {
                thing.push_back(t);
                values.push_back(static_cast<double>(t) + 2 * random_normal(rng));
            }
        }
        const auto v = noise_variance(thing, values, 0.9).variance;
        covered += v.low <= 4 && 4 <= v.high;
    }
    EXPECT_NEAR(covered / double(runs), 0.9, 0.025);
}

}  // namespace
}  // namespace blockscope
