#include "blockscope/measure/quality.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "blockscope/measure/median.hpp"

namespace blockscope {
namespace {

std::vector<LatencySample> session(double reference_ms, double wall_over_cpu) {
    std::vector<LatencySample> runs;
    for (int i = 0; i < 50; ++i) {
        runs.push_back({0, 0.2 * i, reference_ms, reference_ms, 0, true});
        runs.push_back({0, 0.2 * i + 0.1, 7 * wall_over_cpu, 7, 0, false});
    }
    return runs;
}

TEST(MeasuringQuality, TrustsAQuietMachineAndNotABusyOne) {
    const std::vector<std::vector<LatencySample>> quiet{session(10, 1.01)};
    EXPECT_TRUE(measuring_quality(quiet, true).trusted);
    EXPECT_EQ(measuring_quality(quiet, true).drift, 0);
    const std::vector<std::vector<LatencySample>> busy{session(10, 1.4)};
    EXPECT_FALSE(measuring_quality(busy, true).trusted);
    EXPECT_DOUBLE_EQ(measuring_quality(busy, true).wall_over_cpu, 1.4);
    EXPECT_TRUE(measuring_quality(busy, false).trusted)
        << "wall time says nothing about neighbours";
}

TEST(MeasuringQuality, SeesThatSessionsDifferAndKeepsTheirClocksApart) {
    const std::vector sessions{session(10, 1), session(20, 1)};
    const auto quality = measuring_quality(sessions, true);
    EXPECT_GT(quality.drift, 0.3);
    EXPECT_FALSE(quality.trusted);
    EXPECT_NE(quality.reason.find("drifted"), std::string::npos);
}

// eight parts of a reference that steps between 10 and 11 ms: their medians' standard error
TEST(MeasuringQuality, SaysHowSurelyTheReferenceIsKnown) {
    std::vector<LatencySample> runs;
    for (int i = 0; i < 80; ++i) runs.push_back({0, 0.2 * i, 10.0, i < 40 ? 10.0 : 11.0, 0, true});
    const auto quality = measuring_quality({{runs}}, true);
    EXPECT_DOUBLE_EQ(quality.reference_ms, 10.5);
    EXPECT_NEAR(quality.reference_error, 0.5 / 10.5 / std::sqrt(7.0), 1e-12);
    runs.resize(15);
    EXPECT_TRUE(std::isnan(measuring_quality({{runs}}, true).reference_error));
}

TEST(MeasuringQuality, OfNothingClaimsNothing) {
    EXPECT_EQ(measuring_quality({}, true).drift, 0);
    EXPECT_TRUE(std::isnan(median({})));
    EXPECT_EQ(median({3, 1, 2}), 2);
    EXPECT_EQ(median({4, 1, 2, 3}), 2.5);
}

TEST(SmoothedReference, FollowsAStepWithinItsWidthAndHoldsTheLastRunBeyondItsEnd) {
    std::vector<LatencySample> runs;
    for (int i = 0; i < 100; ++i) {
        const double ms = i < 50 ? 10 : 20;
        runs.push_back({0, 0.1 * i, 0, ms, 0, true});
    }
    EXPECT_NEAR(smoothed_reference(runs, 1, 0.2, true), 10, 1e-6);
    EXPECT_NEAR(smoothed_reference(runs, 4.95, 0.2, true), 15, 0.01);
    EXPECT_NEAR(smoothed_reference(runs, 9, 0.2, true), 20, 1e-6);
    EXPECT_EQ(smoothed_reference(runs, 1000, 0.2, true), 20);
}

}  // namespace
}  // namespace blockscope
