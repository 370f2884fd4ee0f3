#include "blockscope/stats/noisy_correlation.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "blockscope/stats/rank_correlation.hpp"

#include "tests/stats/random_normal.hpp"

namespace blockscope {
namespace {

TEST(TrueRankCorrelation, IsThePlainOneOfExactNumbers) {
    Rng rng(1);
    const NoisyPairs pairs{{1, 2, 3, 4}, {2, 1, 4, 3}, {0, 0, 0, 0}, {0, 0, 0, 0}};
    const auto r = true_rank_correlation(pairs, 0.95, rng);
    EXPECT_EQ(r.spearman.low, spearman(pairs.a, pairs.b).value);
    EXPECT_EQ(r.spearman.high, r.spearman.low);
    EXPECT_EQ(r.kendall.value, kendall(pairs.a, pairs.b).value);
}

TEST(TrueRankCorrelation, IsUnknownIfThereIsNothingButErrors) {
    Rng rng(1);
    const NoisyPairs pairs{{1, 2, 3, 4}, {2, 1, 4, 3}, {9, 9, 9, 9}, {0, 0, 0, 0}};
    EXPECT_TRUE(std::isnan(true_rank_correlation(pairs, 0.95, rng).spearman.value));
    EXPECT_TRUE(std::isnan(true_rank_correlation({}, 0.95, rng).kendall.value));
}

// errors of 0.1 to 0.35 of the truths' spread, where plain correlations are clearly too small
TEST(TrueRankCorrelation, CoversTheTruthAtItsLevel) {
    int covered = 0;
    double plain = 0;
    double seen_through = 0;
    const int runs = 60;
    for (int run = 0; run < runs; ++run) {
        Rng rng(run);
        NoisyPairs pairs;
        std::vector<double> a;
        std::vector<double> b;
        for (int i = 0; i < 180; ++i) {
            a.push_back(random_normal(rng));
            b.push_back(0.8 * a.back() + 0.6 * random_normal(rng));
            const double error = 0.1 + 0.25 * rng.uniform();
            pairs.error_a.push_back(error);
            pairs.error_b.push_back(error);
            pairs.a.push_back(a.back() + error * random_normal(rng));
            pairs.b.push_back(b.back() + error * random_normal(rng));
        }
        const auto r = true_rank_correlation(pairs, 0.9, rng);
        const double rho = spearman(a, b).value;
        const double tau = kendall(a, b).value;
        covered += r.spearman.low <= rho && rho <= r.spearman.high;
        covered += r.kendall.low <= tau && tau <= r.kendall.high;
        plain += (spearman(pairs.a, pairs.b).value - rho) / runs;
        seen_through += (r.spearman.value - rho) / runs;
    }
    EXPECT_NEAR(covered / (2.0 * runs), 0.9, 0.05);
    EXPECT_LT(plain, -0.03);
    EXPECT_NEAR(seen_through, 0, 0.015);
}

}  // namespace
}  // namespace blockscope
