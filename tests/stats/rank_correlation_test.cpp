#include "blockscope/stats/rank_correlation.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/stats/random_normal.hpp"

namespace blockscope {
namespace {

TEST(Ranks, AreSharedByEqualValues) {
    EXPECT_THAT(ranks(std::vector<double>{3, 1, 3, 2, 3}), testing::ElementsAre(4, 1, 4, 2, 4));
}

// hours of television a week against IQ, a textbook example: -29 / 165
TEST(Spearman, GivesATextbookAnswer) {
    const std::vector<double> iq{106, 100, 86, 101, 99, 103, 97, 113, 112, 110};
    const std::vector<double> hours{7, 27, 2, 50, 28, 29, 20, 12, 6, 17};
    EXPECT_NEAR(spearman(iq, hours).value, -29.0 / 165, 1e-12);
}

// quality of canned tuna, Hollander and Wolfe, example 8.1: 26 concordant and 10 discordant pairs
TEST(Kendall, GivesTheAnswerOfHollanderAndWolfe) {
    const std::vector<double> x{44.4, 45.9, 41.9, 53.3, 44.7, 44.1, 50.7, 45.2, 60.1};
    const std::vector<double> y{2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8};
    EXPECT_NEAR(kendall(x, y).value, 16.0 / 36, 1e-12);
}

RC_GTEST_PROP(Kendall, IsTheCountOfPairsWithTies, ()) {
    const auto n = *rc::gen::inRange<std::size_t>(2, 40);
    const auto level = rc::gen::map(rc::gen::inRange(0, 8), [](int v) { return double(v); });
    const auto x = *rc::gen::container<std::vector<double>>(n, level);
    const auto y = *rc::gen::container<std::vector<double>>(n, level);
    const auto sign = [](double d) { return (d > 0) - (d < 0); };
    double score = 0;
    double untied_x = 0;
    double untied_y = 0;
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            score += sign(x[i] - x[j]) * sign(y[i] - y[j]);
            untied_x += x[i] != x[j];
            untied_y += y[i] != y[j];
        }
    }
    const auto tau = kendall(x, y);
    if (untied_x * untied_y == 0) {
        RC_ASSERT(std::isnan(tau.value));
    } else {
        RC_ASSERT(std::abs(tau.value - score / std::sqrt(untied_x * untied_y)) < 1e-12);
        RC_ASSERT(std::isnan(tau.low) || (tau.low <= tau.value && tau.value <= tau.high));
    }
}

RC_GTEST_PROP(RankCorrelation, DoesNotMindMonotoneChangesOfScale, ()) {
    const auto n = *rc::gen::inRange<std::size_t>(4, 30);
    const auto level = rc::gen::map(rc::gen::inRange(-9, 9), [](int v) { return double(v); });
    const auto x = *rc::gen::container<std::vector<double>>(n, level);
    const auto y = *rc::gen::container<std::vector<double>>(n, level);
    auto cubes = x;
    for (double& v : cubes) v = v * v * v;
    const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
    RC_ASSERT(same(spearman(x, y).value, spearman(cubes, y).value));
    RC_ASSERT(same(kendall(x, y).value, kendall(cubes, y).value));
}

TEST(RankCorrelation, KnowsNothingOfConstantsAndHasNoIntervalForThreePairs) {
    const std::vector<double> constant(9, 2.0);
    const std::vector<double> rising{1, 2, 3, 4, 5, 6, 7, 8, 9};
    EXPECT_TRUE(std::isnan(spearman(constant, rising).value));
    EXPECT_TRUE(std::isnan(kendall(rising, constant).value));
    const std::vector<double> three{1, 2, 3};
    EXPECT_EQ(spearman(three, three).value, 1);
    EXPECT_TRUE(std::isnan(kendall(three, three).low));
    EXPECT_TRUE(std::isnan(spearman(std::vector<double>{}, std::vector<double>{}).value));
}

// truths of the bivariate normal: 6 / pi asin(r / 2) and 2 / pi asin(r)
TEST(RankCorrelation, IntervalsCoverTheTruthAtTheirLevel) {
    const int runs = 600;
    for (const double r : {0.0, 0.5, 0.9}) {
        for (const std::size_t n : {30, 200}) {
            int spearmans = 0;
            int kendalls = 0;
            for (int run = 0; run < runs; ++run) {
                Rng rng(run);
                std::vector<double> x(n);
                std::vector<double> y(n);
                for (std::size_t i = 0; i < n; ++i) {
                    x[i] = random_normal(rng);
                    y[i] = r * x[i] + std::sqrt(1 - r * r) * random_normal(rng);
                }
                const double rho = 6 / std::numbers::pi * std::asin(r / 2);
                const double tau = 2 / std::numbers::pi * std::asin(r);
                const auto s = spearman(x, y);
                const auto k = kendall(x, y);
                spearmans += s.low <= rho && rho <= s.high;
                kendalls += k.low <= tau && tau <= k.high;
            }
            SCOPED_TRACE(testing::Message() << "r " << r << ", n " << n);
            EXPECT_NEAR(spearmans / double(runs), 0.95, 0.025);
            EXPECT_GE(kendalls / double(runs), 0.925);
            EXPECT_LE(kendalls / double(runs), n < 50 ? 0.99 : 0.975);
        }
    }
}

}  // namespace
}  // namespace blockscope
