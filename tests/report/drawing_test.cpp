#include "blockscope/report/drawing.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/report/reported.hpp"

namespace blockscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Drawings, AreThoseOfTheGoldenFiles) {
    const auto space = grid_space();
    const auto reported = made_up_profile(space, "latency/a", "ms");
    const std::vector all{reported};
    expect_golden("heatmap.svg", heatmap_figure(space, reported, all).svg);
    expect_golden("placements.svg", placement_figure(space, all).svg);
    expect_golden("depths.svg", depth_figure(reported, all).svg);
    expect_golden("variance.svg", variance_figure(reported, all).svg);
    const std::vector two{reported, made_up_profile(space, "accuracy", "%")};
    expect_golden("overlay.svg", overlay_figure(space, two).svg);
}

TEST(Drawings, HatchWhatCannotBeTold) {
    const auto space = grid_space();
    auto reported = made_up_profile(space, "latency/a", "ms");
    EXPECT_THAT(heatmap_figure(space, reported, {&reported, 1}).svg, HasSubstr("url(#hatch)"));
    for (auto& b : reported.profile.blocks) b.distinguishable = true;
    EXPECT_THAT(heatmap_figure(space, reported, {&reported, 1}).svg, Not(HasSubstr("hatch")));
}

TEST(Drawings, ShowNamesAsText) {
    const auto space = grid_space();
    const auto reported = made_up_profile(space, "<script>&\"'", "ms");
    const std::string svg = heatmap_figure(space, reported, {&reported, 1}).svg;
    EXPECT_THAT(svg, Not(HasSubstr("<script")));
    EXPECT_THAT(svg, HasSubstr("&lt;script&gt;&amp;&quot;&#39;"));
}

TEST(Ticks, AreRound) {
    EXPECT_THAT(ticks({0, 10, 0, 100}, 5), ElementsAre(0, 2, 4, 6, 8, 10));
    const auto small = ticks({-0.013, 0.021, 0, 100}, 4);
    EXPECT_EQ(tick_text(small.front(), small), "-0.01");
    EXPECT_EQ(tick_text(small[1], small), "0.00");
}

TEST(Ticks, OfALogarithmAreOneTwoAndFive) {
    const Scale scale = scale_over({12, 230, -3, 0}, 0, 100, false, true);
    EXPECT_THAT(ticks(scale, 6), ElementsAre(20, 50, 100, 200));
    EXPECT_EQ(tick_text(50, ticks(scale, 6)), "50");
    EXPECT_NEAR(scale(std::sqrt(12.0 * 230)), 50, 1e-9);
    EXPECT_THAT(ticks(scale_over({1e-6, 1e6}, 0, 100, false, true), 6).size(), testing::Le(13u));
}

TEST(Legend, TakesRowsAsItNeeds) {
    EXPECT_LT(Legend({"a", "b"}, 0, 600).height(), 20);
    EXPECT_GT(Legend({std::string(80, 'a'), std::string(80, 'b')}, 0, 600).height(), 30);
    EXPECT_EQ(Legend({}, 0, 600).height(), 0);
}

RC_GTEST_PROP(Ticks, LieWithinTheScaleAndAreNotMany, (int first, int second)) {
    const double unit = std::pow(10.0, *rc::gen::inRange(-6, 7));
    const double a = first * unit, b = second * unit;
    const Scale scale = scale_over({a, b}, 0, 100);
    const auto all = ticks(scale, 6);
    RC_ASSERT(all.size() <= 14);
    for (const double tick : all) {
        RC_ASSERT(scale(tick) > -1 && scale(tick) < 101);
    }
    RC_ASSERT(scale(a) > -1 && scale(a) < 101);
}

TEST(Scale, HasRoomWhereAllValuesAreEqualOrUnknown) {
    EXPECT_LT(scale_over({5, 5}, 0, 1).low, 5);
    EXPECT_EQ(scale_over({std::nan("")}, 0, 1).high, 1);
}

}  // namespace
}  // namespace blockscope
