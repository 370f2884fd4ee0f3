#include "blockscope/model/link.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "blockscope/base/random.hpp"

namespace blockscope {
namespace {

struct Pairs {
    std::vector<double> at, left;
    std::vector<std::uint8_t> fold;

    /// x uniform in [0, 1), left = f(x) and noise uniform in +- the amount.
    template <typename Function>
    Pairs(std::size_t n, Function f, double noise) {
        Rng rng(5);
        for (std::size_t i = 0; i < n; ++i) {
            const double x = rng.uniform();
            at.push_back(x);
            left.push_back(f(x) + noise * (2 * rng.uniform() - 1));
            fold.push_back(static_cast<std::uint8_t>(i % 5));
        }
    }
    std::optional<LinkFit> fit() const { return fit_link(at, left, fold, 5); }
};

double capped(double x) { return std::min(0.0, 0.8 - x); }

TEST(Link, IsLinearBetweenKnotsAndConstantBeyond) {
    const Link link{1, 2, {10, 20, 0}};  // knots at 1, 3, 5
    EXPECT_DOUBLE_EQ(link(0), 10);
    EXPECT_DOUBLE_EQ(link(1), 10);
    EXPECT_DOUBLE_EQ(link(2), 15);
    EXPECT_DOUBLE_EQ(link(4), 10);
    EXPECT_DOUBLE_EQ(link(5), 0);
    EXPECT_DOUBLE_EQ(link(9), 0);
}

TEST(LinkFit, FindsWhereAMetricIsCutOff) {
    const auto fit = Pairs(2000, capped, 0.005).fit();
    ASSERT_TRUE(fit);
    EXPECT_LT(fit->left, 0.05);
    for (const Link& link : fit->links) {
        for (const double x : {0.1, 0.4, 0.7, 0.9}) EXPECT_NEAR(link(x), capped(x), 0.005);
    }
}

TEST(LinkFit, FindsNothingInNoise) {
    EXPECT_FALSE(Pairs(
                     2000, [](double) { return 3.0; }, 0.1)
                     .fit());
    EXPECT_FALSE(Pairs(
                     2000, [](double) { return 3.0; }, 0)
                     .fit());
}

TEST(LinkFit, FindsNothingInFewMembersOrOneValue) {
    EXPECT_FALSE(Pairs(99, capped, 0).fit());
    Pairs same(200, capped, 0);
    std::fill(same.at.begin(), same.at.end(), 1.0);
    EXPECT_FALSE(same.fit());
}

TEST(LinkFit, KnowsNothingOfItsOwnFold) {
    Pairs pairs(1000, capped, 0.01);
    const auto before = pairs.fit();
    for (std::size_t i = 0; i < pairs.left.size(); i += 5) pairs.left[i] += 1e-6;  // fold 0
    const auto after = pairs.fit();
    ASSERT_TRUE(before && after);
    double own = 0;
    double other = 0;
    for (std::size_t k = 0; k < before->links[0].at.size(); ++k) {
        own = std::max(own, std::abs(before->links[0].at[k] - after->links[0].at[k]));
        other = std::max(other, std::abs(before->links[1].at[k] - after->links[1].at[k]));
    }
    EXPECT_LT(own, 1e-12);
    EXPECT_GT(other, 1e-7);
}

}  // namespace
}  // namespace blockscope
