#include "blockscope/measure/doubts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/stats/random_normal.hpp"

namespace blockscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<NetworkVisit> visits(std::size_t n, double wall_over_cpu = 1.01) {
    Rng rng(7);
    std::vector<NetworkVisit> list;
    for (std::size_t i = 0; i < n; ++i) {
        const double v = 10 * (1 + 0.02 * random_normal(rng));
        list.push_back({v, wall_over_cpu * v, v});
    }
    return list;
}

TEST(Doubts, AreNoneForANetworkOnAQuietMachine) {
    for (const std::size_t n : {0, 1, 4, 20, 60}) EXPECT_THAT(doubts(visits(n), true), IsEmpty());
}

TEST(Doubts, CryWolfOnFewerThanOneNetworkInAThousand) {
    Rng rng(3);
    int alarms = 0;
    for (int i = 0; i < 4000; ++i) {
        std::vector<NetworkVisit> list;
        const std::size_t n = 8 + rng.below(20);
        for (std::size_t k = 0; k < n; ++k) {
            const double v = 10 * (1 + 0.03 * random_normal(rng));
            list.push_back({v, v, v});
        }
        alarms += doubts(list, true).empty() ? 0 : 1;
    }
    EXPECT_LE(alarms, 4);
}

TEST(Doubts, NamePreemptionWhereCpuTimeCounts) {
    EXPECT_THAT(doubts(visits(8, 1.4), true), ElementsAre("preempted in 8 of 8 visits"));
    EXPECT_THAT(doubts(visits(8, 1.4), false), IsEmpty());
}

TEST(Doubts, NameATrend) {
    auto list = visits(20);
    for (std::size_t i = 0; i < list.size(); ++i)
        list[i].value *= 1 + 0.01 * static_cast<double>(i);
    EXPECT_THAT(doubts(list, true), ElementsAre(HasSubstr("changed by +1")));
    EXPECT_EQ(trend(std::vector<double>{1, 2, 3, 4, 5, 6, 7}), 0) << "too few to tell";
    EXPECT_NEAR(trend(std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}), 10.5 / 2.5 - 1,
                1e-12);
}

TEST(Doubts, NameTwoValues) {
    auto list = visits(24);
    for (std::size_t i = 0; i < list.size(); i += 3) list[i].value *= 1.3;
    EXPECT_THAT(doubts(list, true), ElementsAre(HasSubstr("takes two values")));
    EXPECT_NEAR(two_values(std::vector<double>{1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2}), 1, 1e-12);
}

}  // namespace
}  // namespace blockscope
