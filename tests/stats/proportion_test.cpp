#include "blockscope/stats/proportion.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace blockscope {
namespace {

// Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17
// (1998), table I, method 3
TEST(Proportion, HasWilsonsInterval) {
    struct Known {
        std::size_t successes, n;
        double low, high;
    };
    for (const auto& k : {Known{81, 263, 0.2553, 0.3662},
                          {15, 148, 0.0624, 0.1605},
                          {0, 20, 0.0, 0.1611},
                          {1, 29, 0.0061, 0.1718}}) {
        const Estimate e = proportion(k.successes, k.n);
        EXPECT_NEAR(e.low, k.low, 5e-5);
        EXPECT_NEAR(e.high, k.high, 5e-5);
        EXPECT_EQ(e.value, static_cast<double>(k.successes) / static_cast<double>(k.n));
    }
}

TEST(Proportion, OfEverythingIsTheMirrorOfNothing) {
    const Estimate none = proportion(0, 7, 0.9);
    const Estimate all = proportion(7, 7, 0.9);
    EXPECT_EQ(none.low, 0);
    EXPECT_EQ(all.high, 1);
    EXPECT_NEAR(all.low, 1 - none.high, 1e-12);
}

/// C(n, k), exact in a double for what is asked here.
double choose(std::size_t n, std::size_t k) {
    double ways = 1;
    for (std::size_t i = 1; i <= k; ++i) {
        ways = ways * static_cast<double>(n - k + i) / static_cast<double>(i);
    }
    return k > n ? 0 : ways;
}

TEST(MostSuccesses, AreExceededWithTheErrorAtMostAndNotMuchLess) {
    constexpr std::size_t all = 40;
    for (const std::size_t drawn : {1, 7, 20, 39, 40}) {
        for (const double error : {0.1, 0.01, 1e-4}) {
            for (std::size_t good = 0; good <= all; ++good) {
                // probability that what is drawn says there are fewer than there are
                double wrong = 0;
                for (std::size_t x = 0; x <= std::min(drawn, good); ++x) {
                    if (drawn - x > all - good) continue;
                    const double p =
                        choose(good, x) * choose(all - good, drawn - x) / choose(all, drawn);
                    if (most_successes(x, drawn, all, error) < good) wrong += p;
                }
                EXPECT_LE(wrong, error * (1 + 1e-9)) << drawn << " of " << good;
            }
        }
    }
}

// 2 of 10 good ones among 5 drawn of 20: C(10,k)C(10,5-k)/C(20,5) summed over k <= 1 is
// (252 + 2100) / 15504 = 0.1517
TEST(MostSuccesses, HaveTheHypergeometricTailOfTextbooks) {
    EXPECT_GE(most_successes(1, 5, 20, 0.1517), 10U);
    EXPECT_LT(most_successes(1, 5, 20, 0.1518), 10U);
    EXPECT_EQ(most_successes(3, 20, 20, 0.01), 3U);  // all were seen
    EXPECT_EQ(most_successes(5, 5, 20, 0.01), 20U);  // nothing speaks against all
    EXPECT_EQ(most_successes(0, 19, 20, 1e-9), 1U);  // the last may be good
    // of very many as the normal distribution says: 3.719 deviations for 1e-4
    const double share =
        static_cast<double>(most_successes(50000, 100000, 100000000, 1e-4)) / 100000000;
    EXPECT_NEAR((share - 0.5) / std::sqrt(0.25 / 100000), 3.719, 0.01);
}

}  // namespace
}  // namespace blockscope
