#include "blockscope/stats/goodness_of_fit.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "blockscope/base/random.hpp"

namespace blockscope {
namespace {

// Mendel's peas, 9 : 3 : 3 : 1; Pearson (1900) and most textbooks give 0.470 and 0.925
TEST(ChiSquareFit, FindsThatMendelsPeasFit) {
    const std::vector<double> seen{315, 108, 101, 32};
    const std::vector<double> expected{312.75, 104.25, 104.25, 34.75};
    const auto fit = chi_square_fit(seen, expected);
    EXPECT_NEAR(fit.statistic, 0.470, 0.0005);
    EXPECT_NEAR(fit.p_value, 0.925, 0.0005);
}

// Stephens (1970): the corrected statistic is 1.358 at 5 % for any n
TEST(UniformFit, HasTheTabulatedFivePerCentPoint) {
    const double d = 1.358 / (20 + 0.12 + 0.11 / 20);
    std::vector<double> values(400);
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = std::min(1.0, static_cast<double>(i) / 400 + d);
    }
    const auto fit = uniform_fit(values);
    EXPECT_NEAR(fit.statistic, d, 1e-12);
    EXPECT_NEAR(fit.p_value, 0.05, 0.0005);
}

TEST(UniformFit, RejectsUniformValuesAsOftenAsItSays) {
    int rejected = 0;
    const int runs = 2000;
    for (int run = 0; run < runs; ++run) {
        Rng rng(run);
        std::vector<double> values(25);
        for (double& v : values) v = rng.uniform();
        std::sort(values.begin(), values.end());
        rejected += uniform_fit(values).p_value < 0.1;
    }
    EXPECT_NEAR(rejected / double(runs), 0.1, 0.02);
}

// By hand: of {1, 2, 3, 4} and {3, 4, 5, 6} the functions are farthest apart at 2, by 2 / 4.
TEST(TwoSampleFit, IsTheLargestDistanceOfTheFunctions) {
    const std::vector<double> a{1, 2, 3, 4};
    const std::vector<double> b{3, 4, 5, 6};
    EXPECT_DOUBLE_EQ(two_sample_fit(a, b).statistic, 0.5);
    EXPECT_DOUBLE_EQ(two_sample_fit(a, a).statistic, 0);
    EXPECT_EQ(two_sample_fit(a, a).p_value, 1);
    EXPECT_DOUBLE_EQ(two_sample_fit(b, std::vector<double>{4}).statistic, 0.5);
}

TEST(TwoSampleFit, RejectsEqualDistributionsAsOftenAsItSays) {
    Rng rng(3);
    int rejected = 0;
    for (int run = 0; run < 2000; ++run) {
        std::vector<double> a(60);
        std::vector<double> b(90);
        for (auto* sample : {&a, &b}) {
            for (auto& v : *sample) v = rng.uniform();
            std::sort(sample->begin(), sample->end());
        }
        rejected += two_sample_fit(a, b).p_value <= 0.1;
    }
    EXPECT_NEAR(rejected / 2000.0, 0.1, 0.03);
}

}  // namespace
}  // namespace blockscope
