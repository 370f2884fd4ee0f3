#include "blockscope/search/attainment.hpp"

#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/search/dominance.hpp"

#include "tests/search/random_points.hpp"

namespace blockscope {
namespace {

bool attains(const Costs& costs, double x, double y) {
    for (std::size_t i = 0; i < costs.size(); ++i) {
        if (costs[i][0] <= x && costs[i][1] <= y) return true;
    }
    return false;
}

// By hand: fronts (1,5) (3,2) and (2,3): one of them attains from (1,5), (2,3) and (3,2) on, both
// from (2,5) and (3,3).
TEST(Attainment, OfTwoFronts) {
    const std::vector<Costs> fronts{{2, {1, 5, 3, 2}}, {2, {2, 3}}};
    EXPECT_EQ(attainment_surface(fronts, 1).values, (std::vector<double>{1, 5, 2, 3, 3, 2}));
    EXPECT_EQ(attainment_surface(fronts, 2).values, (std::vector<double>{2, 5, 3, 3}));
    EXPECT_THROW(attainment_surface(fronts, 0), Error);
    EXPECT_THROW(attainment_surface(fronts, 3), Error);
    const std::vector<Costs> three{{3, {1, 2, 3}}};
    EXPECT_THROW(attainment_surface(three, 1), Error);
}

RC_GTEST_PROP(Attainment, IsWhatSoManyFrontsAttain, ()) {
    Rng rng(*rc::gen::arbitrary<std::uint64_t>());
    std::vector<Costs> fronts;
    for (auto n = 1 + rng.below(5); n > 0; --n) {
        fronts.push_back(grid_points(rng.below(8), 2, 6, rng));
    }
    const auto times = 1 + rng.below(static_cast<std::uint32_t>(fronts.size()));
    const auto surface = attainment_surface(fronts, times);
    RC_ASSERT(front(surface, Ties::keep_first).size() == surface.size());
    for (int x = 0; x < 6; ++x) {
        for (int y = 0; y < 6; ++y) {
            std::size_t by = 0;
            for (const auto& f : fronts) by += attains(f, x, y);
            RC_ASSERT(attains(surface, x, y) == (by >= times));
        }
    }
}

// By hand, over [0, 4]: 9 (none yet) to 1, then 5 to 3, then 2.
TEST(MeanBest, IsTheMeanOfAStaircase) {
    const Costs costs{2, {3, 2, 1, 5, 2, 7, 5, 0, std::nan(""), -9}};
    EXPECT_DOUBLE_EQ(mean_best(costs, 0, 4, 9), (9 + 5 * 2 + 2) / 4.0);
    EXPECT_DOUBLE_EQ(mean_best(costs, 3, 4, 9), 2);
    EXPECT_DOUBLE_EQ(mean_best(costs, 0, 4, 1), 1);
    EXPECT_DOUBLE_EQ(mean_best({2, {}}, 0, 4, 9), 9);
}

}  // namespace
}  // namespace blockscope
