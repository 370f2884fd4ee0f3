#include "blockscope/model/model_file.hpp"

#include <cmath>
#include <filesystem>
#include <unistd.h>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

#include "tests/model/random_models.hpp"
#include "tests/weights/torch_bytes.hpp"

namespace blockscope {
namespace {
namespace fs = std::filesystem;

using testing::HasSubstr;

/// A folder for files of models, gone afterwards.
class ModelFile : public testing::Test {
protected:
    ModelFile() { make_output_directory(folder_); }
    ~ModelFile() override { fs::remove_all(folder_); }

    std::string put(const std::string& name, const std::string& bytes) const {
        write_file(folder_ / name, bytes);
        return (folder_ / name).string();
    }

    static std::string refusal(const std::string& metric, const char* space = "ofa-mbv3") {
        try {
            make_metric(metric, load_space(space));
        } catch (const Error& e) {
            EXPECT_EQ(e.fault(), Fault::input);
            return e.what();
        }
        return "made";
    }

    const fs::path folder_ =
        fs::temp_directory_path() / fmt::format("blockscope_model_{}", ::getpid());
};

std::string small_mlp() { return safetensors_bytes(random_mlp(1, 128, {8, 8, 1})); }

double first_value(const std::string& metric) {
    const auto space = load_space("ofa-mbv3");
    const auto archs = sample(space, 1, Rng(1), 224);
    return make_metric(metric, space)->evaluate(space, archs).values[0];
}

TEST_F(ModelFile, TakesItsUnitFromTheUser) {
    const auto path = put("mine.safetensors", small_mlp());
    EXPECT_THAT(refusal("model:" + path), HasSubstr("nothing says what this model predicts"));
    EXPECT_THAT(refusal("model:" + path + "#units=ms"), HasSubstr("'units=ms' is not understood"));
    EXPECT_THAT(refusal("model:" + path + "#unit="), HasSubstr("not understood"));
    const double raw = first_value("model:" + path + "#unit=mJ");
    EXPECT_EQ(first_value("model:" + path + "#unit=ms"), raw);
    EXPECT_DOUBLE_EQ(first_value("model:" + path + "#unit=s"), 1000 * raw);
    EXPECT_DOUBLE_EQ(first_value("model:" + path + "#unit=us"), raw / 1000);
    EXPECT_DOUBLE_EQ(first_value("model:" + path + "#unit=fraction"), 100 * raw);
    const auto metric = make_metric("model:" + path + "#unit=fraction", load_space("ofa-mbv3"));
    EXPECT_EQ(metric->info().unit, "%");
    EXPECT_EQ(metric->info().column, "mine");
    EXPECT_EQ(metric->info().direction, Direction::larger_is_better);
}

TEST_F(ModelFile, TakesItsUnitFromTheCard) {
    const auto path = put("mine.safetensors", small_mlp());
    put("mine.json",
        R"({"name": "my_latency", "kind": "mlp", "metric": "latency", "device": "a phone",
                         "space": "ofa_mbv3", "output": {"multiply_by": 2.5, "unit": "s"}})");
    const auto metric = make_metric("model:" + path, load_space("ofa-mbv3"));
    EXPECT_EQ(metric->info().column, "my_latency");
    EXPECT_EQ(metric->info().unit, "ms");
    EXPECT_THAT(metric->info().source, HasSubstr("latency on a phone"));
    EXPECT_DOUBLE_EQ(first_value("model:" + path),
                     2500 * first_value("model:" + path + "#unit=ms"));
    EXPECT_THAT(refusal("model:" + path, "proxylessnas"),
                HasSubstr("a model of space 'ofa-mbv3', not of 'proxylessnas'"));
}

TEST_F(ModelFile, RefusesCardsThatCannotBeMeant) {
    const auto path = put("mine.safetensors", small_mlp());
    const auto with_card = [&](const std::string& card) {
        put("mine.json", card);
        return refusal("model:" + path);
    };
    EXPECT_THAT(with_card("{"), HasSubstr("mine.json: byte 1: is not JSON"));
    EXPECT_THAT(with_card("[]"), HasSubstr("not a JSON object"));
    EXPECT_THAT(with_card("{}"), HasSubstr("says nothing about 'output'"));
    EXPECT_THAT(with_card(R"({"output": {}})"), HasSubstr("has no unit"));
    EXPECT_THAT(with_card(R"({"output": {"unit": 7}})"), HasSubstr("'unit' is not a text"));
    EXPECT_THAT(with_card(R"({"output": {"unit": "ms", "multiply_by": 0}})"),
                HasSubstr("other than 0"));
    EXPECT_THAT(with_card(R"({"output": {"unit": "ms", "multiply_by": "x"}})"),
                HasSubstr("not a number"));
    EXPECT_THAT(with_card(R"({"kind": "chain-gnn", "output": {"unit": "ms"}})"),
                HasSubstr("its card says 'chain-gnn', the file holds 'mlp'"));
}

TEST_F(ModelFile, ReadsTheSettingsBesideAChainNetwork) {
    const auto path = put("x_predictor.pt", safetensors_bytes(random_chain_network(1, 16, 4)));
    const auto settings = [&](const std::string& families, const std::string& target,
                              const std::string& aggregation) {
        put("x_config.pkl", "\x80\x02}(" + pickled_text("gnn_type") + pickled_text("GraphConv") +
                                pickled_text("families") + pickled_text(families) +
                                pickled_text("target") + pickled_text(target) +
                                pickled_text("aggr_method") + pickled_text(aggregation) +
                                pickled_text("residual") + "\x88u.");
    };
    settings("ofa_pn", "acc", "sum");
    EXPECT_THAT(refusal("model:" + path), HasSubstr("of space 'proxylessnas', not of 'ofa-mbv3'"));
    auto metric = make_metric("model:" + path, load_space("proxylessnas"));
    EXPECT_EQ(metric->info().unit, "%");
    settings("ofa_mbv3_latency_gpu", "latency_gpu", "sum");
    metric = make_metric("model:" + path, load_space("ofa-mbv3"));
    EXPECT_EQ(metric->info().unit, "ms");
    EXPECT_EQ(metric->info().column, "x_predictor");
    settings("ofa_mbv3", "acc", "mean");
    EXPECT_THAT(refusal("model:" + path),
                HasSubstr("aggr_method is 'mean'; sum is what can be run"));
    put("x_config.pkl",
        "\x80\x02"
        "cos\nsystem\n.");
    EXPECT_THAT(refusal("model:" + path), HasSubstr("x_config.pkl: byte 2: uses 'os.system'"));
}

TEST_F(ModelFile, ReadsTheUnpublishedGru) {
    const auto path = put("gru.safetensors", safetensors_bytes(random_gru(1, 4, 2, 8)));
    EXPECT_TRUE(std::isfinite(first_value("model:" + path + "#unit=ms")));
}

TEST_F(ModelFile, SaysWhatTheFileHolds) {
    TensorFile other;
    other.tensors["conv.weight"] = {{1, 2}, {1, 2}};
    EXPECT_THAT(
        refusal("model:" + put("a.safetensors", safetensors_bytes(other)) + "#unit=ms"),
        HasSubstr("holds none of MLP, chain graph network and GRU, but 'conv.weight' [1, 2]"));
    EXPECT_THAT(refusal("model:" + put("b.pt", "hello")),
                HasSubstr("byte 0: is no file of weights"));
    EXPECT_THAT(refusal("model:" + (folder_ / "none.pt").string()), HasSubstr("cannot be read"));
    EXPECT_THAT(refusal("model:" + folder_.string()), HasSubstr("is a directory"));
    auto nan = random_mlp(1, 128, {8, 8, 1});
    nan.tensors["2.weight"].values[5] = std::nanf("");
    EXPECT_THAT(refusal("model:" + put("nan.safetensors", safetensors_bytes(nan)) + "#unit=ms"),
                HasSubstr("tensor '2.weight': element 6 is nan"));
}

TEST_F(ModelFile, GivesAReasonWhereTheModelOverflows) {
    auto huge = random_mlp(1, 128, {8, 8, 1});
    for (auto& [name, tensor] : huge.tensors) {
        for (auto& v : tensor.values) v = 3e38F;
    }
    const auto path = put("huge.safetensors", safetensors_bytes(huge));
    const auto space = load_space("ofa-mbv3");
    const auto column = make_metric("model:" + path + "#unit=ms", space)
                            ->evaluate(space, sample(space, 2, Rng(1), 224));
    EXPECT_TRUE(std::isnan(column.values[0]));
    ASSERT_EQ(column.failures.size(), 2);
    EXPECT_EQ(column.failures[0].second, "the model gives no number");
}

TEST(Metrics, ListModelsAndTables) {
    std::vector<std::string> names;
    for (const auto& report : metric_reports()) names.push_back(report.info.name);
    EXPECT_THAT(names,
                testing::IsSupersetOf({"model:FILE[#unit=ms]", "lut:FILE", "flops/ofa-table"}));
}

}  // namespace
}  // namespace blockscope
