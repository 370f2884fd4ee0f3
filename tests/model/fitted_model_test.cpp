#include <cmath>
#include <filesystem>
#include <unistd.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/model/fit.hpp"
#include "blockscope/model/fitted_model_file.hpp"
#include "blockscope/space/encoding.hpp"

#include "tests/model/planted.hpp"
#include "tests/space/random_space.hpp"

namespace blockscope {
namespace {

using nlohmann::ordered_json;
using testing::HasSubstr;

const DesignSpace& ofa() {
    static const DesignSpace space = load_space("ofa-mbv3");
    return space;
}

FittedModel fitted(const DesignSpace& space, const PlantedSample& s, const char* kind) {
    FitOptions options;
    options.kind = kind;
    options.holdout = 0;
    FittedModel model = fit_model(space, s.archs, s.values, options).model;
    model.card.tool = "blockscope";
    model.card.name = "latency_ms";
    model.card.unit = "ms";
    model.card.direction = "smaller_is_better";
    model.card.data_hash = "0";
    return model;
}

/// With a kernel and three resolutions.
const std::string& some_text() {
    static const std::string text = [] {
        PlantedSample s;
        for (const int r : {160, 192, 224}) {
            const auto one = planted_sample(ofa(), planted_accuracy, 200, r, 0, r);
            s.archs.insert(s.archs.end(), one.archs.begin(), one.archs.end());
            s.values.insert(s.values.end(), one.values.begin(), one.values.end());
        }
        return to_text(fitted(ofa(), s, "kernel"), ofa());
    }();
    return text;
}

std::string refusal(const std::string& text, const DesignSpace& space = ofa()) {
    try {
        parse_fitted_model(text, space, "m.json");
    } catch (const Error& e) {
        EXPECT_EQ(e.fault(), Fault::input);
        EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos);
        return e.what();
    }
    return "read";
}

TEST(FittedModel, ReadsBackWhatItWrote) {
    const auto model = parse_fitted_model(some_text(), ofa(), "m.json");
    ASSERT_TRUE(model.smooth);
    EXPECT_EQ(model.resolutions, (std::vector<int>{160, 192, 224}));
    EXPECT_EQ(to_text(model, ofa()), some_text());
}

RC_GTEST_PROP(FittedModel, OfAnySpaceReadsBackWithTheSamePredictions, ()) {
    const auto space = parse_space(*random_space::file(), "random.toml");
    const auto archs = sample(space, 60, Rng(1), space.default_resolution);
    std::vector<double> values;
    Rng rng(2);
    for (std::size_t i = 0; i < archs.size(); ++i) values.push_back(rng.uniform());
    const FittedModel model = fitted(space, {archs, values}, "hierarchical");
    const std::string text = to_text(model, space);
    const auto read = parse_fitted_model(text, space, "m.json");
    RC_ASSERT(to_text(read, space) == text);
    const auto table = layer_table(read, space, space.default_resolution);
    for (const auto& a : archs) {
        RC_ASSERT(value(read, a) == value(model, a));
        RC_ASSERT(std::abs(table->value(a) - value(read, a)) < 1e-9);
    }
}

/// A network of random weights on top of a fitted sum.
ordered_json with_network() {
    const auto path = std::string(BLOCKSCOPE_SOURCE_DIR) + "/tests/golden/models/network.json";
    return ordered_json::parse(read_file(path));
}
const DesignSpace& small() {
    static const DesignSpace space =
        load_space(std::string(BLOCKSCOPE_SOURCE_DIR) + "/tests/golden/models/small.toml");
    return space;
}

TEST(FittedModel, ReadsBackItsNetworkAndItsSource) {
    const auto model = parse_fitted_model(with_network().dump(), small(), "m.json");
    ASSERT_TRUE(model.network);
    EXPECT_EQ(model.network->window(), 2);
    EXPECT_EQ(model.card.about.licence, "CC0");
    const auto text = to_text(model, small());
    EXPECT_EQ(to_text(parse_fitted_model(text, small(), "m.json"), small()), text);
}

// by hand: 2^17 + 9999 = 34 64^2 + 28 64 + 15, 2^17 = 32 64^2, 2^17 - 9999 = 29 64^2 + 35 64 + 49
TEST(FittedModel, KeepsItsLearningCurve) {
    const auto s = planted_sample(ofa(), planted_latency, 100, 4, 0.1);
    const auto model = fit_model(ofa(), s.archs, s.values, {}).model;
    ASSERT_FALSE(model.card.curve.empty());
    auto named = model;
    named.card.name = named.card.unit = named.card.tool = "ms";
    const auto text = to_text(named, ofa());
    const auto card = parse_fitted_card(text, "m.json");
    ASSERT_EQ(card.curve.size(), model.card.curve.size());
    EXPECT_EQ(card.curve.back().rows, 80);
    EXPECT_EQ(card.curve.front().subsets, 5);
    EXPECT_EQ(card.curve.front().error.ridge, model.card.curve.front().error.ridge);
    EXPECT_TRUE(std::isnan(card.curve.front().error.gru));
    EXPECT_EQ(to_text(parse_fitted_model(text, ofa(), "m.json"), ofa()), text);

    auto without = ordered_json::parse(text);
    without.erase("learning_curve");
    EXPECT_TRUE(parse_fitted_card(without.dump(), "m.json").curve.empty());
    without["learning_curve"] = {{{"rows", 10}}};
    EXPECT_THAT(refusal(without.dump()), HasSubstr("learning_curve[0].subsets"));
}

TEST(FittedModel, PacksWeightsOnAGridInThreeDigits) {
    auto model = parse_fitted_model(with_network().dump(), small(), "m.json");
    model.network->layers[0].bias = {9999, -9999};
    model.network->layers[1].weight = {0.3F, -9999};
    const auto layers = ordered_json::parse(to_text(model, small()))["network"]["layers"];
    EXPECT_EQ(layers[0]["bias"], "#YSFTZn");
    EXPECT_EQ(layers[0]["bias_step"], 1.0);
    EXPECT_EQ(layers[1]["weight"][0], "0.300000012 -9999");
    EXPECT_EQ(layers[1]["weight_step"], 1.0);
    model.network->layers[0].bias = {0, 0.5F};
    const auto halves = ordered_json::parse(to_text(model, small()))["network"]["layers"];
    EXPECT_EQ(halves[0]["bias"], "#W00YSF");
}

TEST(FittedModel, NamesWhatIsWrongWithItsNetwork) {
    const auto refused = [](const std::string& path, const ordered_json& value,
                            const std::string& what) {
        auto j = with_network();
        j[ordered_json::json_pointer(path)] = value;
        EXPECT_THAT(refusal(j.dump(), small()), HasSubstr(what));
    };
    EXPECT_EQ(refusal(with_network().dump(), small()), "read");
    refused("/network/width", 3, "'network.by_resolution' has 4 numbers where 6 are expected");
    refused("/network/width", 5000, "'network.width' is not from 1 to 4096");
    refused("/network/window", 0, "'network.window' is not from 1 to 64");
    refused("/network/rows/U1-L1-MBConv3-3", "1 nan 2 3", "holds 'nan', which is no number");
    refused("/network/rows/U1-L1-MBConv3-3", "1 1e31 2 3", "holds '1e31', which is no number");
    refused("/network/rows/U1-L1-MBConv3-3", "1 2", "has 2 numbers where 4 are expected");
    refused("/network/rows/U1-L1-MBConv3-3", "#W00W00W00W0", "is cut within a number");
    refused("/network/rows/U1-L1-MBConv3-3", "#W00W00W00W0!", "'!', which is no digit of base 64");
    refused("/network/rows/U1-L1-MBConv3-3", "#W00W00W00", "has 3 numbers where 4 are expected");
    refused("/network/rows", ordered_json::object(), "'network.rows.U1-L1-MBConv3-3' is missing");
    refused("/network/layers", ordered_json::array(), "does not end in one output");
    refused("/network/layers/1/bias", "1 2", "has not one row of weights for each bias");
    refused("/network/layers/0/weight/1", "1 2 3", "has 3 numbers where 2 are expected");
    refused("/about/licence", 3, "'about.licence' is not a text");
}

ordered_json with_trees() {
    auto j = with_network();
    j.erase("network");
    j["kind"] = "boosted";
    j["boosted"]["inputs"] = TreeInputs(small()).names();
    // a second layer costs 3, half as much where its kernel is 3
    j["boosted"]["trees"] = {"1<1.5:1:2 0 7<4:3:4 1.5 3"};
    return j;
}

TEST(FittedModel, AddsWhatItsTreesSay) {
    auto without = with_trees();
    without.erase("boosted");
    const auto model = parse_fitted_model(with_trees().dump(), small(), "m.json");
    const auto sum = parse_fitted_model(without.dump(), small(), "m.json");
    const auto text = to_text(model, small());
    EXPECT_EQ(to_text(parse_fitted_model(text, small(), "m.json"), small()), text);
    EXPECT_FALSE(layer_table(model, small(), 64));
    std::vector<Architecture> archs;
    for (const char* arch : {"e3k5", "e3k3-e6k3", "e3k3-e6k5"}) {
        archs.push_back(parse_architecture(small(), arch, 64, "test"));
    }
    std::vector<double> values(3);
    make_fitted_predictor(model, small())->predict(archs, values, 1);
    const double expected[] = {0, 1.5, 3};
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_NEAR(values[i] - value(sum, archs[i]), expected[i], 1e-12);
    }
}

TEST(FittedModel, NamesWhatIsWrongWithItsTrees) {
    const auto refused = [](const std::string& tree, const std::string& what) {
        auto j = with_trees();
        j["boosted"]["trees"] = {tree};
        EXPECT_THAT(refusal(j.dump(), small()), HasSubstr(what)) << tree;
    };
    for (const char* node :
         {"x", "nan", "1:2", "1<1", "1<1.5:1", "1<1.5:0:2 1 2", "1<1.5:1:3 1 2", "99<1.5:1:2 1 2",
          "-1<1.5:1:2 1 2", "1<1.5:1.5:2 1 2", "1<x:1:2 1 2", "1<1.5:1:2", ""}) {
        refused(node, "'boosted.trees[0]' holds");
    }
    auto j = with_trees();
    j["boosted"]["inputs"].erase(0);
    EXPECT_THAT(refusal(j.dump(), small()), HasSubstr("are not those of the space"));
}

TEST(FittedModel, ReadsBackItsGru) {
    const auto s = planted_sample(ofa(), planted_latency, 200, 1);
    FitOptions options;
    options.kind = "gru";
    options.holdout = 0;
    options.hidden = 6;
    options.steps = 2;
    FittedModel model = fit_model(ofa(), s.archs, s.values, options).model;
    for (auto* text : {&model.card.name, &model.card.unit, &model.card.tool}) *text = "ms";
    const std::string text = to_text(model, ofa());
    const auto read = parse_fitted_model(text, ofa(), "m.json");
    EXPECT_EQ(to_text(read, ofa()), text);
    std::vector<double> one(200);
    std::vector<double> two(200);
    make_fitted_predictor(model, ofa())->predict(s.archs, one, 1);
    make_fitted_predictor(read, ofa())->predict(s.archs, two, 2);
    EXPECT_EQ(one, two);
    const auto refused = [&](const std::string& path, const ordered_json& value) {
        auto j = ordered_json::parse(text);
        j[ordered_json::json_pointer(path)] = value;
        return refusal(j.dump());
    };
    EXPECT_THAT(refused("/gru/tensors/0/shape", ordered_json::array({7, 3})),
                HasSubstr("gru.tensors[0]"));
    EXPECT_THAT(refused("/gru/tensors/0/name", "x"), HasSubstr("holds no tensor"));
    EXPECT_THAT(refused("/gru/scale", "x"), HasSubstr("'gru.scale' is not a number"));
    EXPECT_THAT(refusal(text, small()), HasSubstr("a model of space 'ofa-mbv3', not of 'small'"));
}

TEST(FittedModel, IsRefusedCutAnywhere) {
    for (std::size_t n = 0; n + 1 < some_text().size(); n += 97) {
        EXPECT_THAT(refusal(some_text().substr(0, n)), HasSubstr("is not JSON"));
    }
}

TEST(FittedModel, NamesWhatIsMissingOrWrong) {
    const auto j = ordered_json::parse(some_text());
    for (const auto& [key, value] : j.items()) {
        auto less = j;
        less.erase(key);
        if (key == "kernel") continue;  // a model without one is a model
        EXPECT_THAT(refusal(less.dump()), HasSubstr(key)) << key;
        for (const auto& other : {ordered_json(nullptr), ordered_json("x"), ordered_json(-1),
                                  ordered_json::array({-1, "x"}), ordered_json::object()}) {
            auto wrong = j;
            wrong[key] = other;
            if (other.is_string() && value.is_string()) continue;  // any text is a text
            EXPECT_NE(refusal(wrong.dump()), "read") << key << other;
        }
    }
    auto wrong = j;
    wrong["version"] = 3;
    EXPECT_THAT(refusal(wrong.dump()), HasSubstr("is of version 3; 1 to 2 can be read"));
    wrong = j;
    wrong["terms"].erase("U1-L2-MBConv3-5");
    EXPECT_THAT(refusal(wrong.dump()), HasSubstr("'terms.U1-L2-MBConv3-5' is missing"));
    wrong = j;
    wrong["kernel"]["weights"].push_back(1);
    EXPECT_THAT(refusal(wrong.dump()), HasSubstr("'kernel.weights' has"));
    wrong = j;
    wrong["kernel"]["landmarks"][0] = "e9k9";
    EXPECT_THAT(refusal(wrong.dump()), HasSubstr("m.json: 'kernel.landmarks[0]'"));
    wrong = j;
    wrong["kernel"]["mean_distance"] = 0;
    EXPECT_THAT(refusal(wrong.dump()), HasSubstr("'kernel.mean_distance' is not above 0"));
    wrong = j;
    wrong["name"] = "a\nb";
    EXPECT_THAT(refusal(wrong.dump()), HasSubstr("'name' is empty or has control characters"));
    EXPECT_THAT(refusal(R"({"format": "blockscope-model", "version": 1e999})"),
                HasSubstr("a number that is too large"));
    EXPECT_THAT(refusal("{}"), HasSubstr("'format' is not 'blockscope-model'"));
    EXPECT_NE(refusal(std::string(100000, '[')), "read");
}

// flipped bytes make another file of the kind, or are refused
TEST(FittedModel, SurvivesFlippedBytes) {
    Rng rng(1);
    const std::string start = some_text().substr(0, 3000);
    const std::string rest = some_text().substr(3000);
    for (int i = 0; i < 300; ++i) {
        std::string text = start;
        for (int k = 0; k < 3; ++k) {
            text[rng.below(3000)] = static_cast<char>(rng.below(256));
        }
        (void)refusal(text + rest);
    }
}

TEST(FittedModel, IsOfItsSpaceAndThoseThatRestrictIt) {
    EXPECT_THAT(refusal(some_text(), load_space("ofa-mbv3-w1.0")),
                HasSubstr("a model of space 'ofa-mbv3', not of 'ofa-mbv3-w1.0'"));
    EXPECT_THAT(refusal(some_text(), load_space("resnet50")), HasSubstr("not of 'resnet50'"));
    DesignSpace less = ofa();
    less.units[0].depths = 1U << 2;
    less.units[1].blocks[0] &= ~std::uint64_t{1};
    EXPECT_EQ(refusal(some_text(), less), "read");
    // and one fitted in the smaller space does not know what that leaves out
    const auto s = planted_sample(less, planted_latency, 60, 1);
    const std::string small = to_text(fitted(less, s, "ridge"), less);
    EXPECT_EQ(refusal(small, less), "read");
    EXPECT_THAT(refusal(small), HasSubstr("is missing"));
}

/// As a metric, from a file.
class FittedModelMetric : public testing::Test {
protected:
    ~FittedModelMetric() override { std::filesystem::remove(path_); }
    std::unique_ptr<Metric> metric(const std::string& text, const std::string& option = "") const {
        write_file(path_, text);
        return make_metric("model:" + path_.string() + option, ofa());
    }
    const std::filesystem::path path_ =
        std::filesystem::temp_directory_path() / fmt::format("blockscope_fitted_{}", ::getpid());
};

TEST_F(FittedModelMetric, SaysItsErrorAndFailsAtResolutionsItDoesNotKnow) {
    const auto m = metric(some_text());
    EXPECT_EQ(m->info().column, "latency_ms");
    EXPECT_EQ(m->info().unit, "ms");
    EXPECT_EQ(m->info().direction, Direction::smaller_is_better);
    EXPECT_THAT(m->info().source, HasSubstr("mean absolute error"));
    EXPECT_GT(m->info().model->half_width, 0);
    EXPECT_FALSE(m->additive(ofa(), 224));
    const auto archs = sample(ofa(), 1, Rng(1), 176);
    const auto column = m->evaluate(ofa(), archs);
    EXPECT_TRUE(std::isnan(column.values[0]));
    ASSERT_EQ(column.failures.size(), 1);
    EXPECT_THAT(column.failures[0].second,
                HasSubstr("fitted at resolution 160, 192, 224, not at 176"));
    EXPECT_THROW(metric(some_text(), "#unit=s"), Error);
}

TEST_F(FittedModelMetric, IsATableWithoutAKernel) {
    const auto s = planted_sample(ofa(), planted_latency, 200, 1);
    const auto m = metric(to_text(fitted(ofa(), s, "hierarchical"), ofa()));
    const auto table = m->additive(ofa(), 224);
    ASSERT_TRUE(table);
    const auto column = m->evaluate(ofa(), s.archs);
    for (std::size_t i = 0; i < s.archs.size(); ++i) {
        EXPECT_NEAR(column.values[i], table->value(s.archs[i]), 1e-9);
        EXPECT_NEAR(column.values[i], s.values[i], 0.2);
    }
    EXPECT_THROW(m->additive(ofa(), 192), Error);
}

}  // namespace
}  // namespace blockscope
