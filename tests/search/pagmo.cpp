#include <algorithm>

#include <gtest/gtest.h>
#include <pagmo/utils/hypervolume.hpp>
#include <pagmo/utils/multi_objective.hpp>

#include "blockscope/search/dominance.hpp"
#include "blockscope/search/hypervolume.hpp"

#include "tests/search/random_points.hpp"

namespace blockscope {
namespace {

std::vector<pagmo::vector_double> rows(const Costs& costs) {
    std::vector<pagmo::vector_double> result;
    for (std::size_t i = 0; i < costs.size(); ++i) {
        result.emplace_back(costs[i].begin(), costs[i].end());
    }
    return result;
}

TEST(Pagmo, AgreesOnHypervolumesAndContributions) {
    for (std::size_t dimensions = 2; dimensions <= 7; ++dimensions) {
        Rng rng(dimensions);
        for (const std::size_t n : {1U, 2U, 9U, 60U}) {
            for (const bool grid : {false, true}) {
                const auto costs =
                    grid ? grid_points(n, dimensions, 5, rng) : uniform_points(n, dimensions, rng);
                const std::vector<double> reference(dimensions, grid ? 6 : 1.1);
                pagmo::hypervolume oracle(rows(costs));
                const double expected = oracle.compute(reference);
                EXPECT_NEAR(hypervolume(costs, reference), expected, 1e-12 * expected);
                const auto own = contributions(costs, reference);
                const auto theirs = oracle.contributions(reference);
                for (std::size_t i = 0; i < n; ++i) {
                    EXPECT_NEAR(own[i], theirs[i], 1e-11 * expected)
                        << dimensions << " objectives, " << n << " points, point " << i;
                }
            }
        }
    }
}

TEST(Pagmo, AgreesOnRanks) {
    for (std::size_t dimensions = 2; dimensions <= 5; ++dimensions) {
        Rng rng(dimensions);
        for (const bool grid : {false, true}) {
            const auto costs =
                grid ? grid_points(300, dimensions, 7, rng) : uniform_points(300, dimensions, rng);
            const auto theirs = std::get<3>(pagmo::fast_non_dominated_sorting(rows(costs)));
            const auto own = ranks(costs);
            for (std::size_t i = 0; i < own.size(); ++i) EXPECT_EQ(own[i], theirs[i]);
        }
    }
}

TEST(Pagmo, AgreesOnCrowding) {
    Rng rng(3);
    const auto costs = uniform_points(200, 3, rng);
    const auto members = front(costs);
    std::vector<pagmo::vector_double> own;
    for (const auto i : members) own.emplace_back(costs[i].begin(), costs[i].end());
    const auto theirs = pagmo::crowding_distance(own);
    const auto distance = crowding(costs, members);
    for (std::size_t i = 0; i < members.size(); ++i) {
        EXPECT_TRUE(distance[i] == theirs[i] || std::abs(distance[i] - theirs[i]) < 1e-12);
    }
}

}  // namespace
}  // namespace blockscope
