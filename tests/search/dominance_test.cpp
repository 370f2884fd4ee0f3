#include "blockscope/search/dominance.hpp"

#include <cmath>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "blockscope/base/error.hpp"

#include "tests/search/random_points.hpp"

namespace blockscope {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Points of 1 to 5 objectives in a small grid: equal points and equal costs are common.
Costs any_points() {
    Rng rng(*rc::gen::arbitrary<std::uint64_t>());
    const auto dimensions = 1 + rng.below(5);
    return grid_points(rng.below(40), dimensions, 1 + static_cast<int>(rng.below(5)), rng);
}

bool dominated(const Costs& costs, std::size_t i) {
    for (std::size_t j = 0; j < costs.size(); ++j) {
        if (dominates(costs[j], costs[i])) return true;
    }
    return false;
}

RC_GTEST_PROP(Front, IsWhatNoOtherDominates, ()) {
    const auto costs = any_points();
    const auto members = front(costs);
    const std::set<std::size_t> in(members.begin(), members.end());
    RC_ASSERT(std::is_sorted(members.begin(), members.end()));
    for (std::size_t i = 0; i < costs.size(); ++i) RC_ASSERT(in.contains(i) != dominated(costs, i));
}

RC_GTEST_PROP(Front, KeepsTheFirstOfEquals, ()) {
    const auto costs = any_points();
    std::set<std::vector<double>> seen;
    std::vector<std::size_t> expected;
    for (const auto i : front(costs)) {
        if (seen.emplace(costs[i].begin(), costs[i].end()).second) expected.push_back(i);
    }
    RC_ASSERT(front(costs, Ties::keep_first) == expected);
}

RC_GTEST_PROP(Ranks, AreFrontsPeeledOff, ()) {
    auto costs = any_points();
    const auto rank = ranks(costs);
    for (std::uint32_t r = 0;; ++r) {
        const auto members = front(costs);
        if (members.empty()) break;
        for (const auto i : members) {
            RC_ASSERT(rank[i] == r);
            costs.values[i * costs.dimensions] = unknown;  // leaves the rest
        }
    }
}

TEST(Front, LeavesOutWhatIsNotKnown) {
    const Costs costs{2, {1, unknown, 2, 2, unknown, 0, 3, 1}};
    EXPECT_EQ(front(costs), (std::vector<std::size_t>{1, 3}));
    EXPECT_EQ(ranks(costs), (std::vector<std::uint32_t>{unranked, 0, unranked, 0}));
    EXPECT_TRUE(front({}).empty());
}

// The published code keeps, of points that are equal in one cost, the one better in the other.
TEST(Front, TiesInOneObjectiveAreDecidedByTheOther) {
    const Costs costs{2, {5, 1, 5, 0, 4, 0, 4, 3}};
    EXPECT_EQ(front(costs), (std::vector<std::size_t>{2}));
}

TEST(CostsOf, NegatesWhatIsMaximised) {
    const std::vector<std::vector<double>> columns{{75, 76, -1}, {10, 12, -2}};
    const Direction directions[] = {Direction::larger_is_better, Direction::smaller_is_better};
    EXPECT_EQ(costs_of(columns, directions).values, (std::vector<double>{-75, 10, -76, 12, 1, -2}));
    EXPECT_EQ(costs_of(std::vector<double>{70, 20}, directions), (std::vector<double>{-70, 20}));
    const Direction wrong[] = {Direction::neither, Direction::smaller_is_better};
    EXPECT_THROW(costs_of(columns, wrong), Error);
    EXPECT_THROW(costs_of(std::vector<std::vector<double>>{{1}, {1, 2}}, directions), Error);
}

TEST(Crowding, SumsGapsOverTheWholeSpan) {
    const Costs costs{2, {0, 8, 1, 4, 9, 9, 2, 3, 4, 0}};  // point 2 is no member
    const std::vector<std::size_t> members{0, 1, 3, 4};
    const auto distance = crowding(costs, members);
    EXPECT_TRUE(std::isinf(distance[0]) && std::isinf(distance[3]));
    EXPECT_DOUBLE_EQ(distance[1], 2.0 / 4 + 5.0 / 8);
    EXPECT_DOUBLE_EQ(distance[2], 3.0 / 4 + 4.0 / 8);
}

// By hand: scaled points (0, 1), (0.2, 0.2), (0.5, 0.6), (1, 0); distances from x + y = 1.
TEST(Bulges, AreDistancesFromTheLineThroughTheEnds) {
    const Costs costs{2, {10, -1, 12, -5, 15, -3, 20, -6}};
    const std::vector<std::size_t> members{0, 1, 2, 3};
    const auto bulge = bulges(costs, members);
    const std::vector<double> expected{0, 0.6, -0.1, 0};
    for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(bulge[i], expected[i] / std::sqrt(2.0), 1e-12);
    const std::vector<std::size_t> one{1};
    EXPECT_TRUE(std::isfinite(bulges(costs, one)[0]));
}

}  // namespace
}  // namespace blockscope
