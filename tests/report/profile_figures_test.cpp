#include "blockscope/report/profile_figures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "blockscope/report/variance_parts.hpp"

#include "tests/report/reported.hpp"

namespace blockscope {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(ProfileFigures, AreTheSpecificationsOfTheGoldenFiles) {
    const auto space = grid_space();
    const std::vector profiles{made_up_profile(space, "latency/a", "ms"),
                               made_up_profile(space, "accuracy", "%")};
    expect_golden_spec("heatmap", heatmap_figure(space, profiles[0], profiles));
    expect_golden_spec("placements", placement_figure(space, {profiles.data(), 1}));
    expect_golden_spec("overlay", overlay_figure(space, profiles));
    expect_golden_spec("depths", depth_figure(profiles[0], profiles));
    expect_golden_spec("variance", variance_figure(profiles[0], profiles));
}

// the domain's blue end is what is better
TEST(Heatmap, TurnsItsColoursForMetricsToKeepSmall) {
    const auto space = grid_space();
    const auto reversed = [&](const std::string& metric, const std::string& unit) {
        const auto reported = made_up_profile(space, metric, unit);
        const auto spec = json::parse(heatmap_figure(space, reported, {&reported, 1}).spec);
        return spec["layer"][0]["encoding"]["color"]["scale"]["reverse"].get<bool>();
    };
    EXPECT_TRUE(reversed("latency/a", "ms"));
    EXPECT_FALSE(reversed("accuracy", "%"));
}

TEST(Heatmap, MarksWhatCannotBeToldAndLeavesOutWhatIsNotKnown) {
    const auto space = grid_space();
    auto reported = made_up_profile(space, "latency/a", "ms");
    reported.profile.blocks[0].response = {};
    const auto spec = json::parse(heatmap_figure(space, reported, {&reported, 1}).spec);
    for (const auto& row : spec["data"]["values"]) {
        if (row["block"] == "MBConv2-3") {
            EXPECT_EQ(row["text"], "-");
            EXPECT_TRUE(row["response"].is_null());
        }
        if (row["block"] == "MBConv2-5") {
            EXPECT_EQ(row["text"], "~11.500");
        }
        if (row["block"] == "MBConv4-5") {
            EXPECT_EQ(row["half"], "± 0.25");
        }
    }
}

TEST(Placements, HaveThePapersLabelsInItsOrder) {
    const auto ofa = load_space("ofa-mbv3");
    const auto all = placements(ofa);
    ASSERT_EQ(all.size(), 180u);
    EXPECT_EQ(paper_label(ofa, all[0]), "U1-L1-B1");
    EXPECT_EQ(paper_label(ofa, all[19]), "U1-L3-B2");
    EXPECT_EQ(paper_label(ofa, all[38]), "U2-L1-B3");
    const auto resnet = load_space("resnet50");
    const auto widths = placements(resnet);
    ASSERT_EQ(widths.size(), 162u);
    EXPECT_EQ(paper_label(resnet, widths[0]), "U1-L1-C65-B20");
    EXPECT_EQ(paper_label(resnet, widths[25]), "U1-L1-C100-B25");
    EXPECT_EQ(paper_label(resnet, widths[56]), "U2-L3-C80-B35");
}

TEST(Placements, OfferASwitchBetweenProtocols) {
    const auto space = grid_space();
    std::vector both{made_up_profile(space, "latency/a", "ms"),
                     made_up_profile(space, "latency/a", "ms")};
    both[1].profile.options.protocol = Protocol::published;
    const auto spec = json::parse(placement_figure(space, both).spec);
    EXPECT_THAT(spec["params"].back()["bind"]["options"].get<std::vector<std::string>>(),
                ElementsAre("definition, one", "published, one"));
    EXPECT_EQ(spec["data"]["values"].size(), 2 * placements(space).size());
    EXPECT_EQ(name_of(both[1], both), "latency/a at 32x32, published");
}

TEST(Placements, LeaveOutPercentilesThatNobodyAskedFor) {
    const auto space = grid_space();
    auto reported = made_up_profile(space, "latency/a", "ms");
    reported.profile.options.percentiles.clear();
    for (auto& cell : reported.profile.cells) cell.percentiles.clear();
    EXPECT_EQ(placement_figure(space, {&reported, 1}).spec.find("percentiles"), std::string::npos);
}

TEST(Variance, AddsUpLayersByWhatIsChosenThere) {
    const auto bars = variance_bars({{"U1", exactly(0.5)},
                                     {"U1 depth", exactly(0.2)},
                                     {"U1 L1 block", exactly(0.1)},
                                     {"U1 L1 kernel", exactly(0.1)},
                                     {"U1 L2 kernel", exactly(0.2)},
                                     {"U2 L1 block", exactly(0.3)},
                                     {"resolution", exactly(0.1)},
                                     {"noise", exactly(0.05)}});
    ASSERT_EQ(bars.size(), 4u);
    EXPECT_EQ(bars[0].parts.size(), 2u);  // the block of U1 L1 is its kernel
    EXPECT_DOUBLE_EQ(bars[0].parts[1].share, 0.1 + 0.2);
    EXPECT_EQ(bars[1].parts[0].kind, "block");
    EXPECT_EQ(bars[2].name, "resolution");
    EXPECT_EQ(bars[3].name, "all choices");
    EXPECT_EQ(variance_kinds(bars).back(), "noise");
}

TEST(Figures, SayUnitProtocolEstimatorLevelAndSeed) {
    const auto space = grid_space();
    const auto reported = made_up_profile(space, "latency/a", "ms");
    for (const auto& figure :
         {heatmap_figure(space, reported, {&reported, 1}), placement_figure(space, {&reported, 1}),
          depth_figure(reported, {&reported, 1})}) {
        EXPECT_THAT(figure.caption, HasSubstr("ms"));
        EXPECT_THAT(figure.caption, HasSubstr("protocol definition, estimator pooled, 95 % "
                                              "intervals, 200 networks, seed 7"));
    }
}

TEST(Figures, HaveIdsOfTheirOwn) {
    std::vector<Figure> figures(3);
    figures[0].id = figures[1].id = id_of("<script>alert('x')</script>");
    figures[2].id = id_of("  \u00e9 ");
    make_ids_unique(figures);
    EXPECT_EQ(figures[0].id, "script-alert-x-script");
    EXPECT_EQ(figures[1].id, "script-alert-x-script-2");
    EXPECT_EQ(figures[2].id, "figure");
}

}  // namespace
}  // namespace blockscope
