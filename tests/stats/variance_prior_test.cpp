#include "blockscope/stats/variance_prior.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "blockscope/base/random.hpp"
#include "blockscope/stats/max_t.hpp"

namespace blockscope {
namespace {

double chi_square(Rng& rng, int degrees) {
    double sum = 0;
    for (int i = 0; i < degrees; ++i) {
        const double z = std::sqrt(-2 * std::log(1 - rng.uniform())) *
                         std::cos(6.283185307179586 * rng.uniform());
        sum += z * z;
    }
    return sum;
}

TEST(VariancePrior, FindsThatGroupsDoNotDiffer) {
    Rng rng(1);
    std::vector<double> variances;
    for (int i = 0; i < 2000; ++i) variances.push_back(3 * chi_square(rng, 8) / 8);
    const auto prior = variance_prior(variances, std::vector<double>(2000, 8.0));
    EXPECT_NEAR(prior.variance, 3, 0.1);
    EXPECT_GT(prior.degrees, 60);
}

// true variances s d0 / chi2(d0): the model of the source, so its parameters must come back
TEST(VariancePrior, FindsHowMuchTheyDiffer) {
    Rng rng(2);
    std::vector<double> variances;
    for (int i = 0; i < 20000; ++i) {
        const double truth = 3 * 6 / chi_square(rng, 6);
        variances.push_back(truth * chi_square(rng, 10) / 10);
    }
    const auto prior = variance_prior(variances, std::vector<double>(20000, 10.0));
    EXPECT_NEAR(prior.variance, 3, 0.1);
    EXPECT_NEAR(prior.degrees, 6, 0.4);
    EXPECT_NEAR(prior.moderated(9, 6), (prior.degrees * prior.variance + 54) / (prior.degrees + 6),
                1e-12);
}

TEST(VariancePrior, OfNothingIsNothing) {
    EXPECT_EQ(variance_prior({}, {}).degrees, 0);
    const std::vector<double> zero(3, 0.0);
    EXPECT_EQ(variance_prior(zero, std::vector<double>(3, 5.0)).variance, 0);
}

// Independent: Sidak, 1 - 0.95^(1 / 20). One and the same twenty times: 0.05.
TEST(MaxT, LiesBetweenSidakAndASingleTest) {
    std::vector<double> independent(400, 0.0);
    for (int i = 0; i < 20; ++i) independent[21 * i] = 2.5;
    EXPECT_NEAR(simultaneous_probability(independent, 0.95), 1 - std::pow(0.957, 1.0 / 20), 5e-4);
    EXPECT_LE(simultaneous_probability(independent, 0.95), 1 - std::pow(0.95, 1.0 / 20));
    const std::vector<double> same(400, 4.0);
    EXPECT_NEAR(simultaneous_probability(same, 0.95), 0.043, 0.005);
    EXPECT_DOUBLE_EQ(simultaneous_probability(std::vector<double>{7.0}, 0.9), 1 - 0.9);
    EXPECT_DOUBLE_EQ(simultaneous_probability(std::vector<double>(9, 0.0), 0.9), 1 - 0.9);
}

}  // namespace
}  // namespace blockscope
