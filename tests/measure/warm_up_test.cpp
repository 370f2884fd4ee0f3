#include "blockscope/measure/warm_up.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "blockscope/base/random.hpp"

namespace blockscope {
namespace {

/// `slow` runs that fall from twice the time, then `steady` ones of 10 ms with 1 % of noise.
std::vector<double> runs(int slow, int steady, std::uint64_t seed) {
    Rng rng(seed);
    std::vector<double> times;
    for (int i = 0; i < slow; ++i) times.push_back(20 - 8.0 * i / std::max(1, slow - 1));
    for (int i = 0; i < steady; ++i) times.push_back(10 + 0.2 * (rng.uniform() - 0.5));
    return times;
}

TEST(WarmUp, EndsWhereTheTimesSettle) {
    int beyond = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        for (const int slow : {1, 3, 5}) {
            const auto cut = warm_up_runs(runs(slow, 24, seed));
            EXPECT_GE(cut, static_cast<std::size_t>(slow)) << seed;
            beyond += cut >= 12 ? 1 : 0;
        }
    }
    EXPECT_LT(beyond, 9) << "of 300";
}

TEST(WarmUp, TakesFewOfSteadyRuns) {
    std::size_t cut = 0;
    int at_the_half = 0;
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        const auto taken = warm_up_runs(runs(0, 24, seed));
        cut += taken;
        at_the_half += taken >= 12 ? 1 : 0;
    }
    EXPECT_LT(static_cast<double>(cut) / 400, 3);
    EXPECT_LT(at_the_half, 20) << "a longer look would be taken in vain";
    EXPECT_EQ(warm_up_runs(std::vector<double>(12, 5.0)), 0U);
}

TEST(WarmUp, IsNotASingleRunThatWasPreemptedLater) {
    auto times = runs(2, 22, 1);
    times[8] = 300;
    EXPECT_GE(warm_up_runs(times), 2U);
    EXPECT_LT(warm_up_runs(times), 8U) << "what is before that run was steady";
}

TEST(WarmUp, SaysWhenItsEndWasNotSeen) {
    std::vector<LatencySample> falling;
    for (int i = 0; i < 24; ++i) falling.push_back({0, 0, 0, 30.0 - i, -1, true});
    EXPECT_FALSE(warm_up_of(falling, true).settled);
    const auto times = runs(3, 21, 1);
    for (std::size_t i = 0; i < times.size(); ++i) falling[i].cpu_ms = times[i];
    EXPECT_TRUE(warm_up_of(falling, true).settled);
    EXPECT_GE(warm_up_of(falling, true).runs, 3U);
    EXPECT_TRUE(warm_up_of({}, true).settled) << "nothing was measured";
}

}  // namespace
}  // namespace blockscope
