#include "blockscope/stats/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "blockscope/base/random.hpp"
#include "blockscope/stats/mean.hpp"

namespace blockscope {
namespace {

// Fisher (1935), section 21: Darwin's maize, 15 pairs, eighths of an inch; 863 of 2^15 sums are as
// far on one side, 1,726 on both.
const std::vector<double> maize{49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48};

TEST(PairedPermutation, GivesFishersCountForDarwinsMaize) {
    EXPECT_DOUBLE_EQ(paired_permutation_p_value(maize), 1726.0 / 32768);
}

TEST(PairedPermutation, IsSmallestWhereAllPairsAgree) {
    EXPECT_DOUBLE_EQ(paired_permutation_p_value(std::vector<double>(10, 0.3)), 2.0 / 1024);
    EXPECT_EQ(paired_permutation_p_value(std::vector<double>{}), 1);
    EXPECT_EQ(paired_permutation_p_value(std::vector<double>{0.1, -0.1}), 1);
    EXPECT_EQ(paired_permutation_p_value(std::vector<double>(5, 0.0)), 1);
}

TEST(PairedPermutation, DrawsSignsWhereThereAreTooMany) {
    auto pairs = maize;
    pairs.insert(pairs.end(), 10, 0.0);  // change no sum
    EXPECT_NEAR(paired_permutation_p_value(pairs), 1726.0 / 32768, 0.003);
}

RC_GTEST_PROP(PairedPermutation, CountsSigns, ()) {
    const auto n = *rc::gen::inRange<std::size_t>(1, 9);
    const auto d = *rc::gen::container<std::vector<int>>(n, rc::gen::inRange(-5, 6));
    int sum = 0;
    for (const int v : d) sum += v;
    int as_far = 0;
    for (unsigned signs = 0; signs < (1U << n); ++signs) {
        int other = 0;
        for (std::size_t k = 0; k < n; ++k) other += (signs >> k & 1) != 0 ? d[k] : -d[k];
        as_far += std::abs(other) >= std::abs(sum);
    }
    const std::vector<double> differences(d.begin(), d.end());
    RC_ASSERT(std::abs(paired_permutation_p_value(differences) - as_far / std::pow(2.0, n)) <
              1e-12);
}

// Student (1908): additional sleep by two drugs, 10 patients; means 0.75 and 2.33, difference 1.58
// with 95 % interval 0.70 to 2.46.
TEST(Mean, OfStudentsSleepData) {
    const std::vector<double> more{1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4};
    const auto m = mean(more);
    EXPECT_NEAR(m.value, 1.58, 1e-12);
    EXPECT_NEAR(m.low, 0.7001, 1e-4);
    EXPECT_NEAR(m.high, 2.4599, 1e-4);
    EXPECT_TRUE(std::isnan(mean(std::vector<double>{3}).low));
    EXPECT_EQ(mean(std::vector<double>{3}).value, 3);
}

TEST(Difference, AddsSquaresOfHalfWidths) {
    const auto d = difference_of_independent({10, 7, 11}, {4, 2, 8});
    EXPECT_EQ(d.value, 6);
    EXPECT_DOUBLE_EQ(d.low, 6 - std::hypot(3, 4));
    EXPECT_DOUBLE_EQ(d.high, 6 + std::hypot(1, 2));
    EXPECT_TRUE(std::isnan(difference_of_independent({10, 7, 11}, Estimate{}).low));
}

// By the formula: sqrt(ln 40 / 2000).
TEST(DistributionBand, HasMassartsConstant) {
    EXPECT_NEAR(distribution_band(1000), 0.042947, 1e-6);
}

TEST(DistributionBand, HoldsTheWholeDistributionAsOftenAsItSays) {
    Rng rng(7);
    constexpr int runs = 2000;
    constexpr std::size_t n = 50;
    int held = 0;
    for (int r = 0; r < runs; ++r) {
        std::vector<double> sample(n);
        for (auto& v : sample) v = rng.uniform();
        std::sort(sample.begin(), sample.end());
        double farthest = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const auto below = static_cast<double>(i);
            farthest = std::max({farthest, sample[i] - below / n, (below + 1) / n - sample[i]});
        }
        held += farthest <= distribution_band(n, 0.9);
    }
    EXPECT_GE(held, 0.89 * runs);
    EXPECT_LE(held, 0.95 * runs);
}

}  // namespace
}  // namespace blockscope
