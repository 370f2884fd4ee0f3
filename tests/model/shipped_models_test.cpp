#include "blockscope/model/shipped_models.hpp"

#include <cmath>
#include <cstring>
#include <map>

#include <gmock/gmock.h>

#include "blockscope/base/error.hpp"
#include "blockscope/metric/given_table.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/model/fitted_model_file.hpp"
#include "blockscope/model/prediction_error.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

#include "tests/test_data.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;

TEST(ShippedModels, TakeThreeMegabytesAtMostAndStateTheirSources) {
    std::size_t bytes = 0;
    for (const auto& shipped : shipped_models()) {
        SCOPED_TRACE(shipped.space + " " + shipped.metric);
        bytes += std::strlen(shipped.text);
        const auto& card =
            parse_fitted_model(shipped.text, load_space(shipped.space), "built in").card;
        for (const auto* text : {&card.about.quantity, &card.about.source, &card.about.citation,
                                 &card.about.licence, &card.about.source_error}) {
            EXPECT_FALSE(text->empty());
        }
        EXPECT_GE(card.error.rows, 10000);
        EXPECT_EQ(card.error_from, "rows of the test table");
        EXPECT_LT(card.error.root_mean_square.low, card.error.root_mean_square.high);
        EXPECT_GE(card.error.spearman.value, 0.992);  // at 224 alone: below
    }
    EXPECT_GT(bytes, 0);
    EXPECT_LE(bytes, 3000000);
}

// profiling.md's architecture: kernels 3, 5, 7, 3 in each unit, expansions 3, 4, 6, 3, depths 2, 3,
// 4, 3, 2; sums of the published table, to six decimals
TEST(ShippedModels, SayNote10LatenciesExactly) {
    const auto space = load_space("ofa-mbv3");
    const std::map<int, double> expected{
        {160, 18.299365}, {176, 22.026562}, {192, 25.388857}, {208, 30.324226}, {224, 34.355479}};
    const auto metric = make_metric("latency/note10", space);
    std::vector<Architecture> archs;
    for (const auto& [resolution, value] : expected) {
        archs.push_back(parse_architecture(
            space, "e3k3-e4k5|e3k3-e4k5-e6k7|e3k3-e4k5-e6k7-e3k3|e3k3-e4k5-e6k7|e3k3-e4k5",
            resolution, "test"));
    }
    archs.push_back(archs.back());
    archs.back().resolution = 128;
    const auto column = metric->evaluate(space, archs);
    std::size_t i = 0;
    for (const auto& [resolution, value] : expected) {
        EXPECT_NEAR(column.values[i++], value, 1.5e-6) << resolution;
        EXPECT_TRUE(metric->additive(space, resolution));
    }
    EXPECT_TRUE(std::isnan(column.values.back()));
    EXPECT_EQ(column.failures.front().second, "no part of the model knows resolution 128");
    EXPECT_EQ(metric->info().column, "latency_note10_ms");
}

TEST(ShippedModels, BelongToTheirSpacesAndThoseThatRestrictThem) {
    const auto restricted =
        parse_space("base = 'ofa-mbv3'\nname = 'few'\n[[keep]]\nunit = 1\ndepth = [2]\n", "few");
    const auto whole = load_space("ofa-mbv3");
    const auto archs = sample(restricted, 50, Rng(1), 224);
    for (const auto& shipped : shipped_models()) {
        if (shipped.space != "ofa-mbv3") continue;
        EXPECT_EQ(make_metric(shipped.metric, restricted)->evaluate(restricted, archs).values,
                  make_metric(shipped.metric, whole)->evaluate(whole, archs).values);
    }
    try {
        make_metric("latency/note10", load_space("resnet50"));
        FAIL();
    } catch (const Error& e) {
        EXPECT_THAT(e.what(), HasSubstr("metric 'latency/note10' is there for 'ofa-mbv3', not for "
                                        "'resnet50'"));
    }
}

/// A column of the published predictors' own numbers, and the largest root-mean-square distance
/// from it: half of the error that the source states for itself (0: none stated).
struct Reference {
    const char* space;
    const char* file;
    const char* column;
    const char* metric;
    double most;
    double spearman = 0.995;  ///< at least; less for two that are not as near as they should be
};

class ShippedModel224 : public testing::TestWithParam<Reference> {};

TEST_P(ShippedModel224, FollowsItsSourceOnNetworksItNeverSaw) {
    const auto& [name, file, column_name, metric, most, least] = GetParam();
    NEEDS_DATA(file);
    const auto space = load_space(name);
    const auto column =
        given_column(read_given_table(space, (data_directory() / file).string()), column_name);
    const auto said = make_metric(metric, space)->evaluate(space, column.archs).values;
    std::vector<double> truth;
    std::vector<double> predicted;
    for (std::size_t i = 0; i < said.size(); ++i) {
        if (column.archs[i].resolution != 224) continue;
        truth.push_back(column.values[i]);
        predicted.push_back(said[i]);
    }
    const auto e = prediction_error(truth, predicted);
    RecordProperty("root_mean_square", std::to_string(e.root_mean_square.value));
    RecordProperty("spearman", std::to_string(e.spearman.value));
    EXPECT_GE(e.spearman.value, least);
    if (most > 0) {
        EXPECT_LT(e.root_mean_square.value, most);
    }
}

constexpr const char* ofa = "ofa_mbv3_reference.csv";
constexpr const char* proxyless = "ofa_proxyless_reference.csv";
INSTANTIATE_TEST_SUITE_P(
    All, ShippedModel224,
    testing::Values(
        Reference{"ofa-mbv3", ofa, "accuracy_gnn", "accuracy", 0.046},
        Reference{"ofa-mbv3", ofa, "accuracy", "accuracy/ofa-predictor", 0, 0.984},
        Reference{"ofa-mbv3", ofa, "latency_npu_ms", "latency/kirin9000", 0.27},
        Reference{"ofa-mbv3", ofa, "latency_gpu_ms", "latency/rtx2080ti", 0.0405},
        Reference{"ofa-mbv3", ofa, "latency_cpu_ms", "latency/amd2990wx", 6.45},
        Reference{"ofa-mbv3", ofa, "latency_note10_ms", "latency/note10", 1e-5},
        Reference{"proxylessnas", proxyless, "accuracy", "accuracy", 0.09},
        Reference{"proxylessnas", proxyless, "latency_npu_ms", "latency/kirin9000", 0.07},
        Reference{"proxylessnas", proxyless, "latency_gpu_ms", "latency/rtx2080ti", 0.0235, 0.994},
        Reference{"proxylessnas", proxyless, "latency_cpu_ms", "latency/amd2990wx", 3.3, 0.987},
        Reference{"resnet50", "ofa_resnet50_reference.csv", "accuracy", "accuracy/ofa-predictor",
                  0}),
    [](const auto& reference) {
        std::string name = std::string(reference.param.space) + "_" + reference.param.metric;
        for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
        return name;
    });

}  // namespace
}  // namespace blockscope
