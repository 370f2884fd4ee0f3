#include "blockscope/study/regression_files.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/csv.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;

/// One network that is slower, and one that is lost with a reason that no XML likes.
Regression two_networks() {
    Regression r;
    r.unit = "ms";
    NetworkChange slower;
    slower.arch = "e3k3|e6k7";
    slower.resolution = 224;
    slower.base = {5, 4.9, 5.1};
    slower.fresh = {6, 5.9, 6.1};
    slower.log_ratio = {std::log(1.2), 0.01, 1e6};
    slower.ratio = slower.log_ratio.ratio(0.95);
    slower.p_value = 1e-6;
    slower.verdict = ChangeVerdict::worse;
    NetworkChange lost;
    lost.arch = "e4k5";
    lost.resolution = 192;
    lost.base = {1, 0.9, 1.1};
    lost.lost = true;
    lost.trusted = false;
    lost.p_value = std::nan("");
    lost.reason = "new: \"a\" < 'b' & \x01\xff, gone";
    r.networks = {slower, lost};
    r.overall = {std::log(1.2), 0.01, 3};
    r.overall_ratio = r.overall.ratio(0.95);
    r.references = {{224, {10, 0.1, 7}, {11, 0.1, 7}}};
    return r;
}

const RegressionNames names{
    "a<b.csv", "n.csv", "ofa-mbv3", "latency/host", {{"tool", "blockscope"}}};

TEST(RegressionFiles, HoldEveryNetworkWithEmptyCellsWhereNothingIsKnown) {
    const auto r = two_networks();
    const auto checks =
        check_limits(r, parse_limits("slower>3%@99%,overall slower>1%,lost", 0.9, ""));
    const auto table = parse_csv(regression_csv(r, checks), "networks.csv");
    EXPECT_THAT(table.header,
                testing::ElementsAre("arch", "resolution", "base", "base_low", "base_high", "new",
                                     "new_low", "new_high", "unit_of_measure", "ratio", "ratio_low",
                                     "ratio_high", "level", "p_value", "verdict", "slower>3%@99%",
                                     "lost", "trust", "reason"));
    ASSERT_EQ(table.rows.size(), 2U);
    EXPECT_DOUBLE_EQ(table.number(0, 9), 1.2);
    EXPECT_EQ(table.rows[0][15], "yes");
    EXPECT_EQ(table.rows[1][5], "") << "never 0, never nan";
    EXPECT_EQ(table.rows[1][13], "");
    EXPECT_EQ(table.rows[1][15], "undecided");
    EXPECT_EQ(table.rows[1][16], "yes");
    EXPECT_EQ(table.rows[1][17], "no");
    const auto json = nlohmann::json::parse(regression_json(names, r, checks));
    EXPECT_EQ(json.at("compared"), "measurements");
    EXPECT_EQ(json.at("networks").at("worse"), 1);
    EXPECT_EQ(json.at("conditions").size(), 3U);
    EXPECT_EQ(json.at("conditions")[0].at("level"), 0.99);
    EXPECT_EQ(json.at("conditions")[1].at("level"), 0.9);
    EXPECT_DOUBLE_EQ(json.at("reference_network")[0].at("ratio"), 1.1);
}

TEST(RegressionFiles, AreXmlWhateverDevicesSay) {
    const auto r = two_networks();
    const auto xml =
        regression_junit(names, r, check_limits(r, parse_limits("slower>3%@99%,lost", 0.95, "")));
    EXPECT_THAT(xml,
                HasSubstr("<testsuites name=\"blockscope compare a&lt;b.csv n.csv\" tests=\"4\" "
                          "failures=\"2\" errors=\"0\" skipped=\"1\">"));
    EXPECT_THAT(xml, HasSubstr("<testsuite name=\"slower&gt;3%@99%, level 99.0 %\" tests=\"2\" "
                               "failures=\"1\" errors=\"0\" skipped=\"1\">"));
    EXPECT_THAT(xml, HasSubstr("new: &quot;a&quot; &lt; 'b' &amp; ??, gone"));
    EXPECT_THAT(xml,
                HasSubstr("name=\"e3k3|e6k7@224\"><failure message=\"1.200 (1.177 to 1.224) of "
                          "base, 95.0 % interval; base 5.000 ms, new 6.000 ms\"/>"));
    for (const char c : xml) EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~'));
}

}  // namespace
}  // namespace blockscope
