#include "blockscope/report/search_figures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "blockscope/report/insight_cards.hpp"
#include "blockscope/report/layers_figure.hpp"
#include "blockscope/report/text_table.hpp"

#include "tests/report/reported.hpp"

namespace blockscope {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

/// Two seeds of accuracy over latency; the second lies `better` higher.
ReportedSearch made_up_search(const std::string& study, double better) {
    SearchRecord record;
    record.space = "grid";
    record.algorithm = "random";
    record.objectives = {{"accuracy", "%", Direction::larger_is_better},
                         {"latency/a", "ms", Direction::smaller_is_better}};
    record.limits = {"macs <= 5 MACs"};
    record.runs = {{1, {2, {-70 - better, 1, -72 - better, 2, -60, 3}}},
                   {2, {2, {-69 - better, 1, -73 - better, 2.5}}}};
    ReportedSearch search{study, record, {"macs"}, {}, 0};
    search.front = {{"1",
                     "e2k3|e4k5",
                     32,
                     {plus_minus(72 + better, 0.5), exactly(2)},
                     {exactly(100)},
                     0.75,
                     true,
                     "{'ks':[3]}"},
                    {"2",
                     "<b>|e4k5",
                     32,
                     {exactly(69 + better), exactly(1)},
                     {Estimate{}},
                     std::nan(""),
                     false,
                     ""}};
    return search;
}

TEST(SearchFigures, AreTheSpecificationsOfTheGoldenFiles) {
    const std::vector searches{made_up_search("full", 0), made_up_search("smaller", 1)};
    expect_golden_spec("front", front_figure(searches));
    expect_golden_spec("hypervolume", hypervolume_figure(searches));
}

// by hand: one of two seeds attains 70 at 1 ms, both attain 69
TEST(Front, HasTheSurfacesOfTheSeeds) {
    const auto search = made_up_search("full", 0);
    const auto spec = json::parse(front_figure({&search, 1}).spec);
    const auto& rows = spec["layer"][0]["data"]["values"];
    EXPECT_EQ(rows[0]["x"], 1);
    EXPECT_EQ(rows[0]["best"], 70);
    EXPECT_EQ(rows[0]["all"], 69);
    EXPECT_EQ(rows.back()["x"], 2.5);
    EXPECT_EQ(rows.back()["best"], 73);
    EXPECT_EQ(rows.back()["all"], 72);
}

TEST(SearchTables, HaveMeanDeviationAndGains) {
    const std::vector searches{made_up_search("full", 0), made_up_search("smaller", 1)};
    const auto best = best_table(searches);
    ASSERT_EQ(best.rows.size(), 2u);
    EXPECT_THAT(best.rows[0][4], HasSubstr("72.50 ("));  // of 72 and 73
    EXPECT_EQ(best.rows[0][5], "0.71");
    const auto gains = gains_table(searches);
    ASSERT_EQ(gains.rows.size(), 5u);
    EXPECT_EQ(gains.rows[1][1], "best accuracy");
    EXPECT_THAT(gains.rows[1][5], HasSubstr("1.000"));
    EXPECT_TRUE(gains_table({searches.data(), 1}).rows.empty());
}

TEST(NetworksTable, HasIntervalsWhereValuesHaveErrors) {
    const auto table = networks_table(made_up_search("full", 0));
    ASSERT_EQ(table.rows.size(), 1u);
    EXPECT_EQ(table.rows[0][1], "72.00 (71.50 to 72.50)");
    EXPECT_EQ(table.rows[0][2], "2.0000");
    auto many = made_up_search("full", 0);
    many.front.assign(1000, many.front[0]);
    EXPECT_EQ(networks_table(many).rows.size(), 200u);
    EXPECT_THAT(networks_table(many).title, HasSubstr("200 of 1000, evenly over it"));
}

// by hand: placement i has the delta i - 2, the largest of all is 8, and more is worse
TEST(Layers, AreColouredByWhatTheProfileSaysOfThem) {
    const auto space = grid_space();
    const std::vector profiles{made_up_profile(space, "latency/a", "ms")};
    const auto figure = layers_figure(space, made_up_search("full", 0), profiles);
    expect_golden_spec("layers", figure);
    expect_golden("layers.svg", figure.svg);
    const auto spec = json::parse(figure.spec);
    const auto& rows = spec["data"]["values"];
    std::size_t coloured = 0;
    for (const auto& row : rows) {
        if (!row.contains("good")) continue;
        ++coloured;
        if (row["c"] == 0) {
            EXPECT_EQ(row["good"], 0.25);
            EXPECT_EQ(row["delta"], -2);
        }
    }
    EXPECT_EQ(coloured, 2u);  // second layers are not there
    EXPECT_EQ(layers_figure(space, made_up_search("full", 0), {}).spec, "");
    EXPECT_EQ(layers_figure(load_space("resnet50"), made_up_search("full", 0), profiles).spec, "");
}

TEST(NetworksTable, CopiesTextFormAndDictionaryOfTheJointFront) {
    const auto table = networks_table(made_up_search("full", 0));
    ASSERT_EQ(table.rows.size(), 1u);
    EXPECT_THAT(html_table(table), HasSubstr("data-copy=\"{&#39;ks&#39;:[3]}\""));
    EXPECT_THAT(html_table(table), HasSubstr("data-copy=\"e2k3|e4k5\""));
}

const char* const insights = R"json({"schema": "blockscope insights 1",
"space": {"name": "grid", "fingerprint": "x", "architectures": "72"},
"restricted": {"name": "small", "fingerprint": "y", "architectures": "8", "removed_share": 0.875},
"keep": {"metric": "accuracy", "unit_of_measure": "%", "protocol": "definition", "estimator": "pooled",
 "level": 0.95, "evaluations": 200},
"reduce": {"metric": "latency/a", "unit_of_measure": "ms"}, "strength": 0.5, "going_rate": 0.4,
"exchange_rates": [
 {"step": "layer 2 of unit 1", "benefit": {"value": 0.5, "low": 0.4, "high": 0.6},
  "price": {"value": 1, "low": 0.9, "high": 1.1}, "rate": {"value": 0.5, "low": 0.4, "high": 0.6}},
 {"step": "kernel 3 to 5", "benefit": {"value": 0.5, "low": 0.4, "high": 0.6},
  "price": {"value": 0, "low": -1, "high": 1}, "rate": {"value": null, "low": null, "high": null}}],
"insights": [
 {"kind": "off-front", "status": "applied", "driver": "price", "subject": "<i>kernel 5</i>",
  "reason": "costs 1 ms (0.9 to 1.1)",
                  "removed_share" : 0.5, "places" : [ {
                      "unit" : 1,
                      "layer" : 2,
                      "option" : "MBConv2-5",
                      "replacement" : "MBConv2-3",
                      "benefit" : {"value" : 0.1, "low" : 0, "high" : 0.2},
                      "price" : {"value" : -1, "low" : -1.1, "high" : -0.9}
                  } ]
},
 {"kind": "off-front", "status": "refused", "driver": null, "subject": "depth 2 of unit 1",
  "reason": "the evidence does not carry it", "removed_share": 0, "places": []}]})json";

TEST(InsightCards, ShowEvidenceAndWhatIsRemoved) {
    const std::string cards = insight_cards({"pruned", insights, {}, {}});
    EXPECT_THAT(cards, HasSubstr("8 of 72 networks stay (87.5000 % removed)"));
    EXPECT_THAT(cards, HasSubstr("&lt;i&gt;kernel 5&lt;/i&gt;"));
    EXPECT_THAT(cards, Not(HasSubstr("<i>")));
    EXPECT_THAT(cards, HasSubstr("applied, off-front; alone removes 50.00 % of the space"));
    EXPECT_THAT(cards, HasSubstr("U1-L2"));
    EXPECT_THAT(cards, HasSubstr("-1.00 (-1.10 to -0.900)"));
    EXPECT_THAT(cards, HasSubstr("card refused"));
}

TEST(InsightFigures, AreTheSpecificationsOfTheGoldenFiles) {
    expect_golden_spec("rates", exchange_rate_figure({"pruned", insights, {}, {}}));
    const auto full = grid_space();
    auto restricted = full;
    restricted.name = "small";
    restricted.units[0].blocks[1] &= ~2ULL;
    restricted.units[1].depths = 2;
    expect_golden_spec("restricted", restriction_figure(full, restricted, "pruned"));
}

}  // namespace
}  // namespace blockscope
