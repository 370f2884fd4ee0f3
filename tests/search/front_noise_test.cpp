#include "blockscope/search/front_noise.hpp"

#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/search/dominance.hpp"
#include "blockscope/stats/distributions.hpp"

#include "tests/search/random_points.hpp"

namespace blockscope {
namespace {

Costs zeros(const Costs& costs) {
    return {costs.dimensions, std::vector(costs.values.size(), 0.0)};
}

double normal(Rng& rng) { return normal_quantile(1e-12 + rng.uniform() * (1 - 2e-12)); }

RC_GTEST_PROP(FrontNoise, WithoutNoiseIsTheFront, ()) {
    Rng rng(*rc::gen::arbitrary<std::uint64_t>());
    const auto costs = grid_points(1 + rng.below(20), 1 + rng.below(4), 4, rng);
    std::vector<std::size_t> all(costs.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    std::vector<double> expected(all.size(), 0.0);
    for (const auto i : front(costs)) expected[i] = 1;
    RC_ASSERT(non_dominated_probability(costs, zeros(costs), all) == expected);
}

// Two points, one objective: the first is smaller by 1, errors 0.6 and 0.8, so it stays so with
// probability of a standard normal below 1.
TEST(FrontNoise, OfTwoPointsIsTheNormalDistribution) {
    const Costs costs{1, {0, 1}};
    const std::vector<std::size_t> both{0, 1};
    const auto p = non_dominated_probability(costs, {1, {0.6, 0.8}}, both);
    EXPECT_NEAR(p[0], normal_cdf(1), 0.003);
    EXPECT_NEAR(p[1], 1 - normal_cdf(1), 0.003);
    const auto exact = non_dominated_probability(costs, {1, {0, std::nan("")}}, both);
    EXPECT_EQ(exact, (std::vector<double>{1, 0}));
}

TEST(FrontNoise, AgreesWithDrawingItAll) {
    Rng rng(5);
    const auto costs = uniform_points(12, 2, rng);
    Costs errors = uniform_points(12, 2, rng);
    for (auto& e : errors.values) e *= 0.3;
    for (std::size_t i = 0; i < 6; ++i) errors.values[2 * i + 1] = 0;  // one objective exact
    std::vector<std::size_t> all(12);
    for (std::size_t i = 0; i < 12; ++i) all[i] = i;
    const auto p = non_dominated_probability(costs, errors, all);
    std::vector<double> share(12, 0.0);
    constexpr int runs = 20000;
    for (int run = 0; run < runs; ++run) {
        Costs drawn = costs;
        for (std::size_t i = 0; i < drawn.values.size(); ++i) {
            drawn.values[i] += errors.values[i] * normal(rng);
        }
        for (const auto i : front(drawn)) share[i] += 1.0 / runs;
    }
    for (std::size_t i = 0; i < 12; ++i) EXPECT_NEAR(p[i], share[i], 0.02) << i;
}

TEST(FrontNoise, LeavesOutWhatIsNotKnown) {
    const Costs costs{2, {1, 1, std::nan(""), 0}};
    const std::vector<std::size_t> both{0, 1};
    EXPECT_EQ(non_dominated_probability(costs, zeros(costs), both), (std::vector<double>{1, 0}));
    EXPECT_THROW(non_dominated_probability(costs, {2, {}}, both), Error);
}

}  // namespace
}  // namespace blockscope
