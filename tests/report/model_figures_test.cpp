#include "blockscope/report/model_figures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/report/reported.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;

ReportedModel made_up_model() {
    ReportedModel model{"picks, model", {}};
    auto& card = model.card;
    card.kind = "hierarchical";
    card.name = "latency_ms";
    card.unit = "ms";
    card.space = "grid";
    card.rows = 80;
    card.seed = 3;
    card.level = 0.95;
    card.half_width = 0.5;
    card.error_from = "held-out rows";
    card.error.rows = 20;
    card.error.mean_absolute = plus_minus(0.2, 0.05);
    card.error.spearman = plus_minus(0.9, 0.04);
    CurvePoint few{10, 5, {}}, all{80, 1, {}};
    few.error.ridge = 0.9;
    few.error.hierarchical = 0.6;
    all.error.ridge = 0.3;
    all.error.hierarchical = 0.2;
    card.curve = {few, all};
    return model;
}

TEST(LearningCurve, HasALineForEachKindThatWasTried) {
    const auto figure = learning_figure(made_up_model());
    expect_golden_spec("learning", figure);
    expect_golden("learning.svg", figure.svg);
    const auto spec = nlohmann::json::parse(figure.spec);
    EXPECT_EQ(spec["data"]["values"].size(), 4u);
    EXPECT_THAT(figure.caption, HasSubstr("20 held-out rows that no model saw"));
    EXPECT_THAT(figure.caption, HasSubstr("seed 3"));
}

TEST(LearningCurve, OfAFileWithoutOneIsNoFigure) {
    auto model = made_up_model();
    model.card.curve.clear();
    EXPECT_EQ(learning_figure(model).spec, "");
    EXPECT_EQ(models_table({&model, 1}).rows.size(), 1u);
}

TEST(ModelsTable, HasErrorsWithIntervals) {
    const auto model = made_up_model();
    const auto row = models_table({&model, 1}).rows.at(0);
    EXPECT_EQ(row[5], "0.200 (0.150 to 0.250)");
    EXPECT_EQ(row[6], "");
    EXPECT_EQ(row[8], "\u00b1 0.500 at 95 %");
}

// a file of an earlier version, which has no curve
TEST(Models, AreFoundByWhatTheySayTheyAre) {
    const std::string folder = std::string(BLOCKSCOPE_SOURCE_DIR) + "/tests/golden/models";
    const auto models = read_models(folder, "golden");
    ASSERT_EQ(models.size(), 3u);
    EXPECT_EQ(models[2].study, "golden, sum");
    EXPECT_EQ(models[2].card.unit, "ms");
    EXPECT_TRUE(models[2].card.curve.empty());
}

}  // namespace
}  // namespace blockscope
