#include "blockscope/search/hypervolume.hpp"

#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "blockscope/base/error.hpp"

#include "tests/search/random_points.hpp"

namespace blockscope {
namespace {

/// Unit cells of [0, side)^d that some point dominates.
double cells(const Costs& costs, int side) {
    std::vector<int> cell(costs.dimensions, 0);
    double count = 0;
    while (true) {
        for (std::size_t i = 0; i < costs.size(); ++i) {
            bool covers = true;
            for (std::size_t k = 0; k < cell.size(); ++k) covers &= costs[i][k] <= cell[k];
            if (covers) {
                ++count;
                break;
            }
        }
        std::size_t k = 0;
        while (k < cell.size() && ++cell[k] == side) cell[k++] = 0;
        if (k == cell.size()) return count;
    }
}

Costs without(Costs costs, std::size_t i) {
    const auto at = costs.values.begin() + static_cast<std::ptrdiff_t>(i * costs.dimensions);
    costs.values.erase(at, at + static_cast<std::ptrdiff_t>(costs.dimensions));
    return costs;
}

constexpr int side = 4;

/// Dominated points, equal points and points on the reference's planes (cost `side`) among them.
Costs any_points() {
    Rng rng(*rc::gen::arbitrary<std::uint64_t>());
    const auto dimensions = 1 + rng.below(6);
    return grid_points(rng.below(15), dimensions, side + (rng.below(3) == 0 ? 1 : 0), rng);
}

RC_GTEST_PROP(Hypervolume, CountsDominatedCells, ()) {
    const auto costs = any_points();
    const std::vector<double> reference(costs.dimensions, side);
    RC_ASSERT(hypervolume(costs, reference) == cells(costs, side));
}

RC_GTEST_PROP(Contributions, AreWhatIsLostWithoutThePoint, ()) {
    const auto costs = any_points();
    const std::vector<double> reference(costs.dimensions, side);
    const double whole = hypervolume(costs, reference);
    const auto each = contributions(costs, reference);
    RC_ASSERT(each.size() == costs.size());
    for (std::size_t i = 0; i < costs.size(); ++i) {
        RC_ASSERT(each[i] == whole - hypervolume(without(costs, i), reference));
    }
}

// One more objective that is 0 for all turns every volume of d sides into one of d + 1.
TEST(Hypervolume, IsTheSameByEveryAlgorithm) {
    for (const std::size_t dimensions : {2U, 3U, 4U, 5U}) {
        Rng rng(dimensions);
        const auto costs = uniform_points(250, dimensions, rng);
        for (std::size_t place = 0; place <= dimensions; ++place) {
            Costs more{dimensions + 1, {}};
            for (std::size_t i = 0; i < costs.size(); ++i) {
                std::vector<double> point(costs[i].begin(), costs[i].end());
                point.insert(point.begin() + static_cast<std::ptrdiff_t>(place), 0);
                more.values.insert(more.values.end(), point.begin(), point.end());
            }
            const double expected = hypervolume(costs, std::vector<double>(dimensions, 1));
            EXPECT_NEAR(hypervolume(more, std::vector<double>(dimensions + 1, 1)), expected, 1e-12);
        }
    }
}

// By hand: three boxes [x, 4] x [y, 4] in steps, 3 + 2 + 1.
TEST(Hypervolume, OfAStaircaseByHand) {
    const std::vector<double> reference{4, 4};
    EXPECT_EQ(hypervolume({2, {1, 3, 2, 2, 3, 1}}, reference), 6);
    EXPECT_EQ(contributions({2, {1, 3, 2, 2, 3, 1}}, reference), (std::vector<double>{1, 1, 1}));
    // a dominated point takes from the one that dominates it
    EXPECT_EQ(contributions({2, {1, 1, 2, 2}}, reference), (std::vector<double>{5, 0}));
}

// By hand: of three unit-wide bars that meet in one unit cube, 1 + 3 * (3 - 1).
TEST(Hypervolume, OfThreeBarsByHand) {
    const Costs bars{3, {-1, 1, 1, 1, -1, 1, 1, 1, -1}};
    EXPECT_EQ(hypervolume(bars, std::vector<double>{2, 2, 2}), 7);
    EXPECT_EQ(contributions(bars, std::vector<double>{2, 2, 2}), (std::vector<double>{2, 2, 2}));
}

TEST(Hypervolume, LeavesOutWhatIsNotBetterThanTheReference) {
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> reference{1, 1};
    EXPECT_EQ(hypervolume({2, {0, 1, 2, -5, unknown, 0, 0.5, 0.5}}, reference), 0.25);
    EXPECT_EQ(contributions({2, {0, 1, unknown, 0, 0.5, 0.5}}, reference),
              (std::vector<double>{0, 0, 0.25}));
    EXPECT_EQ(hypervolume({2, {}}, reference), 0);
    EXPECT_EQ(hypervolume({2, {-3, -3}}, std::vector<double>{-1, -2}), 2);
}

TEST(Hypervolume, RefusesWhatItCannotDo) {
    EXPECT_THROW(hypervolume({2, {0, 0}}, std::vector<double>{1}), Error);
    EXPECT_THROW(hypervolume({11, std::vector<double>(11)}, std::vector<double>(11, 1)), Error);
}

TEST(Worst, IsTheLargestCostOfKnownPoints) {
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(worst({2, {1, -5, 3, -7, unknown, 9}}), (std::vector<double>{3, -5}));
}

}  // namespace
}  // namespace blockscope
