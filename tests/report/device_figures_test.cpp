#include "blockscope/report/device_figures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "blockscope/report/quality_figures.hpp"
#include "blockscope/report/sparkline.hpp"

#include "tests/report/reported.hpp"

namespace blockscope {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

TEST(DeviceFigures, AreTheSpecificationsOfTheGoldenFiles) {
    const auto space = grid_space();
    std::vector profiles{made_up_profile(space, "latency/a", "ms"),
                         made_up_profile(space, "latency/b", "ms"),
                         made_up_profile(space, "accuracy", "%")};
    for (std::size_t i = 0; i < profiles[1].profile.cells.size(); ++i) {
        auto& cell = profiles[1].profile.cells[i];
        cell.delta = plus_minus(i % 3 == 0 ? 4 : -1, 0.5);
    }
    expect_golden_spec("correlations", correlation_figure(profiles));
    expect_golden_spec("disagreement", disagreement_figure(profiles));
    auto after = made_up_profile(space, "latency/a", "ms", "after");
    after.profile.cells[0].delta.value += 5;
    after.profile.cells[0].delta.low += 5;
    after.profile.cells[0].delta.high += 5;
    expect_golden_spec("difference", difference_figure(space, profiles[0], after));
}

TEST(SideBySide, SaysWhatIsHigherAndRefusesOtherProtocols) {
    const auto space = grid_space();
    const auto before = made_up_profile(space, "latency/a", "ms", "before");
    auto after = made_up_profile(space, "latency/a", "ms", "after");
    after.profile.blocks[0].response = plus_minus(20, 0.25);
    const auto table = difference_table(space, before, after);
    int higher = 0;
    for (const auto& row : table.rows) higher += row.back() == "higher";
    EXPECT_EQ(higher, 1);
    EXPECT_EQ(table.header[3], "after");
    after.profile.options.protocol = Protocol::published;
    EXPECT_EQ(difference_figure(space, before, after).spec, "");
    EXPECT_TRUE(difference_table(space, before, after).rows.empty());
}

TEST(SideBySide, ListsWhatDiffersMost) {
    const auto space = grid_space();
    const auto before = made_up_profile(space, "latency/a", "ms", "before");
    auto after = made_up_profile(space, "latency/a", "ms", "after");
    const auto move = [&](std::size_t i, double by, double half) {
        auto& cell = after.profile.cells[i];
        cell.delta = plus_minus(cell.delta.value + by, half);
    };
    move(3, -4, 0.5);
    move(5, 9, 50);  // large, but may be nothing
    move(6, 6, 0.5);
    const auto table = largest_differences(space, before, after, 3);
    ASSERT_EQ(table.rows.size(), 3u);
    EXPECT_EQ(table.rows[0][0], label(space, before.profile.cells[6].placement));
    EXPECT_EQ(table.rows[0].back(), "higher");
    EXPECT_EQ(table.rows[1][0], label(space, before.profile.cells[3].placement));
    EXPECT_EQ(table.rows[1].back(), "lower");
    EXPECT_EQ(table.rows[2][0], label(space, before.profile.cells[5].placement));
    EXPECT_THAT(table.title, HasSubstr("2 of 12 placements differ for certain"));
    after.profile.options.protocol = Protocol::published;
    EXPECT_TRUE(largest_differences(space, before, after).rows.empty());
}

TEST(Devices, NeedTwoAndSomethingToKeep) {
    const auto space = grid_space();
    const std::vector one{made_up_profile(space, "latency/a", "ms")};
    EXPECT_EQ(correlation_figure(one).spec, "");
    EXPECT_EQ(disagreement_figure(one).spec, "");
    EXPECT_EQ(common_restriction(space, one).figure.spec, "");
}

ReportedMeasurement made_up_measurement(std::size_t n) {
    ReportedMeasurement m;
    m.study = "host";
    m.set.metric = "latency/host";
    m.set.space = "grid";
    m.set.unit = "ms";
    m.set.level = 0.95;
    for (std::size_t i = 0; i < n; ++i) {
        MeasuredNetwork network;
        network.arch = "a" + std::to_string(i);
        network.resolution = 32;
        network.latency = plus_minus(10 + static_cast<double>(i % 1000) / 100, 0.5);
        network.visits = 4;
        network.trusted = i % 7 != 3;
        network.reason = network.trusted ? "" : "preempted";
        m.set.networks.push_back(network);
    }
    return m;
}

TEST(QualityFigures, AreTheSpecificationsOfTheGoldenFiles) {
    auto m = made_up_measurement(5);
    m.set.networks[4].latency = {};
    m.predictions = {{"latency_ms of p.csv",
                      {"a0", "a2", "other"},
                      {32, 32, 32},
                      {plus_minus(9, 1), exactly(11), exactly(3)}}};
    expect_golden_spec("spread", spread_figure(m));
    const auto predicted = predicted_figure(m);
    expect_golden_spec("predicted", predicted);
    // by hand: 10 and 10.02 ms measured, 9 and 11 predicted
    EXPECT_THAT(
        predicted.caption,
        HasSubstr("+-1.00 ms around it hold 95 % of the 2 networks of latency_ms of p.csv"));
    const auto flags = flags_table(m);
    ASSERT_EQ(flags.rows.size(), 2u);
    EXPECT_EQ(flags.rows[0][5], "preempted");
    EXPECT_EQ(flags.rows[1][4], "failed");
}

TEST(Drift, IsInPerCentOfTheMedianAndMarksRunsWithDoubts) {
    auto m = made_up_measurement(1);
    m.runs = {{"224x224, first", "224", {1, 2, 61}, {2.0, 2.0, 2.2}, ""},
              {"224x224, second", "224", {1, 60}, {1.9, 2.0}, "kept rising"},
              {"160x160, third", "160", {1}, {1.5}, ""}};
    const auto figure = drift_figure(m);
    expect_golden_spec("drift", figure);
    EXPECT_THAT(figure.caption, HasSubstr("second: kept rising"));
    EXPECT_THAT(figure.caption, HasSubstr("median at 224x224: 2.000 ms"));
    const auto spec = json::parse(figure.spec);
    const auto& rows = spec["layer"][1]["data"]["values"];
    ASSERT_EQ(rows.size(), 6u);
    EXPECT_EQ(rows[2]["percent"], 10);
    EXPECT_EQ(rows[3]["state"], "flagged");
    EXPECT_EQ(rows[3]["time"], 62);  // after the 61 s of the first
    EXPECT_EQ(rows[5]["percent"], 0);
    EXPECT_EQ(drift_figure(made_up_measurement(1)).spec, "");
}

TEST(Drift, OfManyRunsStaysSmall) {
    auto m = made_up_measurement(1);
    m.runs.assign(1000, {"224x224", "224", std::vector(60, 1.0), std::vector(60, 2.0), ""});
    EXPECT_LT(drift_figure(m).spec.size(), 400000u);
}

TEST(QualityFigures, OfAMillionNetworksStaySmallAndSaySo) {
    const auto m = made_up_measurement(1000000);
    const auto figure = spread_figure(m);
    EXPECT_LT(figure.spec.size(), 400000u);
    EXPECT_THAT(figure.caption, HasSubstr("median of 500 networks"));
    EXPECT_EQ(flags_table(m).rows.size(), 50u);
}

TEST(Sparklines, HaveALineForEachUnitAndColourOnlyWhenAsked) {
    const auto space = grid_space();
    const auto profile = made_up_profile(space, "latency/a", "ms").profile;
    EXPECT_EQ(terminal_sparklines(space, profile, false),
              "latency/a of grid at 32x32, ms: what a block does at each place (Equation 2)\n"
              "from -2.00 (lowest bar) to 8.00 (highest); protocol definition, estimator pooled\n"
              "U1  \u2581\u2581\u2582\u2583 \u2584\u2585\u2585\u2586\n"
              "U2  \u2587\u2588 \u2588.\n");
    EXPECT_THAT(terminal_sparklines(space, profile, true), HasSubstr("\x1b[38;2;"));
    EXPECT_THAT(terminal_sparklines(space, profile, false), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace blockscope
