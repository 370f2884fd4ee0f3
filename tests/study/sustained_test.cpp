#include "blockscope/study/sustained.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "blockscope/base/random.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;

/// Networks of 5, 6, 7, ... ms, 30 visits each with 1 % of noise; in the second half `later`
/// multiplies the time of network i.
template <typename Later>
std::vector<std::vector<StoredVisit>> visits(int networks, Later later) {
    Rng rng(1);
    std::vector<std::vector<StoredVisit>> all(static_cast<std::size_t>(networks));
    for (int v = 0; v < 30; ++v) {
        for (int i = 0; i < networks; ++i) {
            const double ms =
                (5.0 + i) * (v < 15 ? 1 : later(i)) * (1 + 0.02 * (rng.uniform() - 0.5));
            all[static_cast<std::size_t>(i)].push_back({ms, 0.01, 1.2 * ms, 1.1 * ms});
        }
    }
    return all;
}

TEST(SustainedLoad, OfASteadyDeviceKeepsItsRanking) {
    const auto load = sustained_load(visits(20, [](int) { return 1.0; }), true, 0.95, 1);
    EXPECT_EQ(load.networks, 20U);
    EXPECT_EQ(load.visits, 30U);
    EXPECT_EQ(load.verdict, "same");
    EXPECT_GT(load.spearman.value, 0.999);
    EXPECT_GT(load.kendall.value, 0.99);
    EXPECT_LE(load.kendall.low, load.kendall.value);
    EXPECT_EQ(load.changed_alone, 0U);
    EXPECT_NEAR(load.change, 0, 0.01);
    EXPECT_THAT(to_string(load), HasSubstr("that at the beginning"));
}

TEST(SustainedLoad, OfADeviceThatSlowsDownEvenlyKeepsItsRankingToo) {
    const auto load = sustained_load(visits(20, [](int) { return 1.4; }), true, 0.95, 1);
    EXPECT_EQ(load.verdict, "same");
    EXPECT_NEAR(load.change, 0.4, 0.02);
    EXPECT_EQ(load.changed_alone, 0U);
}

TEST(SustainedLoad, ThatHitsSomeNetworksChangesTheRanking) {
    const auto load =
        sustained_load(visits(20, [](int i) { return i % 4 == 0 ? 2.0 : 1.0; }), true, 0.95, 1);
    EXPECT_EQ(load.verdict, "changed");
    EXPECT_EQ(load.changed_alone, 5U) << "5 of 20 took twice as long";
    EXPECT_THAT(to_string(load), HasSubstr("THE RANKING CHANGED"));
}

TEST(SustainedLoad, OfTooFewNetworksOrVisitsClaimsNothing) {
    EXPECT_EQ(sustained_load({}, true, 0.95, 1).verdict, "undecided");
    const auto few = sustained_load(visits(3, [](int) { return 1.0; }), true, 0.95, 1);
    EXPECT_EQ(few.verdict, "undecided");
    EXPECT_THAT(to_string(few), HasSubstr("too few"));
    std::vector<std::vector<StoredVisit>> short_ones(8, std::vector<StoredVisit>(5));
    EXPECT_EQ(sustained_load(short_ones, true, 0.95, 1).networks, 0U);
}

}  // namespace
}  // namespace blockscope
