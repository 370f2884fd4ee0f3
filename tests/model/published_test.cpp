#include <cmath>
#include <span>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

#include "tests/test_data.hpp"

namespace blockscope {
namespace {

struct Case {
    const char* name;    // file in predictors/ and vectors/
    const char* space;   // ours
    const char* table;   // reference table
    const char* column;  // in it
    const char* file;    // the original, in original/
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

std::string converted(const Case& c) {
    return "model:" + (data_directory() / "predictors" / c.name).string() + ".safetensors";
}

std::string original(const Case& c) {
    return "model:" + (data_directory() / "original" / c.file).string();
}

class Published : public testing::TestWithParam<Case> {};

TEST_P(Published, GivesTheTestVectors) {
    NEEDS_DATA("vectors");
    const auto space = load_space(GetParam().space);
    const auto model = make_metric(converted(GetParam()), space);
    const auto vectors = nlohmann::json::parse(
        read_file(data_directory() / "vectors" / (std::string(GetParam().name) + ".json")));
    std::vector<Architecture> archs;
    for (const auto& c : vectors["cases"]) {
        archs.push_back(parse_architecture(space, c["arch"].get<std::string>(), c["resolution"]));
    }
    const auto values = model->evaluate(space, archs).values;
    for (std::size_t i = 0; i < archs.size(); ++i) {
        const double expected = vectors["cases"][i]["output"];
        EXPECT_NEAR(values[i], expected, 1e-5 * std::abs(expected)) << to_text(space, archs[i]);
    }
    EXPECT_EQ(model->info().unit, vectors["unit"]);
}

/// Half a last digit of a cell as it is written.
double rounding(const std::string& cell) {
    return 0.5 * std::pow(10.0, -static_cast<double>(cell.size() - cell.find('.') - 1));
}

TEST_P(Published, GivesTheReferenceTable) {
    NEEDS_DATA(GetParam().table);
    const auto space = load_space(GetParam().space);
    const auto model = make_metric(converted(GetParam()), space);
    const auto path = data_directory() / GetParam().table;
    const auto csv = parse_csv(read_file(path), path.string());
    const auto column = csv.column(GetParam().column);
    std::vector<Architecture> archs;
    std::vector<std::string> cells;
    for (std::size_t r = 0; r < csv.rows.size(); ++r) {
        if (csv.rows[r][column].empty()) continue;
        cells.push_back(csv.rows[r][column]);
        archs.push_back(parse_architecture(
            space, csv.rows[r][csv.column("arch")],
            static_cast<int>(csv.number(r, csv.column("resolution"))), csv.where(r)));
    }
    ASSERT_GT(cells.size(), 1000);
    const auto values = model->evaluate(space, archs).values;
    for (std::size_t i = 0; i < archs.size(); ++i) {
        const double expected = std::stod(cells[i]);
        EXPECT_NEAR(values[i], expected, rounding(cells[i]) + 1e-6 * expected);
    }
}

TEST_P(Published, IsTheSameFromItsOriginalFile) {
    NEEDS_DATA("original");
    const auto space = load_space(GetParam().space);
    const auto archs = sample(space, 300, Rng(1), 224);
    const auto from_original = make_metric(original(GetParam()), space);
    const auto from_converted = make_metric(converted(GetParam()), space);
    EXPECT_EQ(from_original->evaluate(space, archs).values,
              from_converted->evaluate(space, archs).values);
    EXPECT_EQ(from_original->info().column, GetParam().name);
    EXPECT_EQ(from_original->info().unit, from_converted->info().unit);
}

TEST_P(Published, GivesTheSameBitsOnAnyNumberOfThreads) {
    NEEDS_DATA("predictors");
    const auto space = load_space(GetParam().space);
    const auto archs = sample(space, 1000, Rng(2), 224);
    const auto one = make_metric(converted(GetParam()), space, 1, 1)->evaluate(space, archs).values;
    const auto three =
        make_metric(converted(GetParam()), space, 1, 3)->evaluate(space, archs).values;
    EXPECT_EQ(one, three);
    // nor does it matter what else is asked
    const auto model = make_metric(converted(GetParam()), space);
    for (const std::size_t i : {0, 7, 999}) {
        EXPECT_EQ(model->evaluate(space, std::span(archs).subspan(i, 1)).values[0], one[i]);
    }
}

TEST_P(Published, SaysWhatItIsNotFor) {
    NEEDS_DATA("predictors");
    for (const char* name : {"ofa-mbv3", "proxylessnas", "resnet50", "ofa-mbv3-w1.0"}) {
        if (std::string(name) == GetParam().space) continue;
        try {
            make_metric(converted(GetParam()), load_space(name));
            ADD_FAILURE() << name;
        } catch (const Error& e) {
            EXPECT_THAT(e.what(),
                        testing::HasSubstr(fmt::format("a model of space '{}', not of '{}'",
                                                       GetParam().space, name)));
        }
    }
}

constexpr const char* mbv3 = "ofa_mbv3_reference.csv";
constexpr const char* proxyless = "ofa_proxyless_reference.csv";
constexpr const char* resnet = "ofa_resnet50_reference.csv";

INSTANTIATE_TEST_SUITE_P(
    All, Published,
    testing::Values(
        Case{"ofa_mbv3_accuracy", "ofa-mbv3", mbv3, "accuracy", "acc_predictor.pth"},
        Case{"ofa_resnet50_accuracy", "resnet50", resnet, "accuracy",
             "ofa_resnet50_acc_predictor.pth"},
        Case{"ofa_mbv3_accuracy_gnn", "ofa-mbv3", mbv3, "accuracy_gnn",
             "autobuild/minMAE_ofa_mbv3_custom_acc_GraphConv_sum_directed_srcc1_predictor.pt"},
        Case{"ofa_mbv3_latency_npu", "ofa-mbv3", mbv3, "latency_npu_ms",
             "autobuild/"
             "minMAE_ofa_mbv3_latency_npu_custom_latency_npu_GraphConv_sum_directed_srcc1_"
             "predictor.pt"},
        Case{"ofa_mbv3_latency_gpu", "ofa-mbv3", mbv3, "latency_gpu_ms",
             "autobuild/"
             "minMAE_ofa_mbv3_latency_gpu_custom_latency_gpu_GraphConv_sum_directed_srcc1_"
             "predictor.pt"},
        Case{"ofa_mbv3_latency_cpu", "ofa-mbv3", mbv3, "latency_cpu_ms",
             "autobuild/"
             "minMAE_ofa_mbv3_latency_cpu_custom_latency_cpu_GraphConv_sum_directed_srcc1_"
             "predictor.pt"},
        Case{"ofa_proxyless_accuracy_gnn", "proxylessnas", proxyless, "accuracy",
             "autobuild/minMAE_ofa_pn_custom_acc_GraphConv_sum_directed_srcc1_predictor.pt"},
        Case{"ofa_proxyless_latency_npu", "proxylessnas", proxyless, "latency_npu_ms",
             "autobuild/"
             "minMAE_ofa_pn_latency_npu_custom_latency_npu_GraphConv_sum_directed_srcc1_predictor."
             "pt"},
        Case{"ofa_proxyless_latency_gpu", "proxylessnas", proxyless, "latency_gpu_ms",
             "autobuild/"
             "minMAE_ofa_pn_latency_gpu_custom_latency_gpu_GraphConv_sum_directed_srcc1_predictor."
             "pt"},
        Case{"ofa_proxyless_latency_cpu", "proxylessnas", proxyless, "latency_cpu_ms",
             "autobuild/"
             "minMAE_ofa_pn_latency_cpu_custom_latency_cpu_GraphConv_sum_directed_srcc1_predictor."
             "pt"}),
    [](const auto& instance) {
        std::string name = instance.param.name;
        std::erase(name, '_');
        return name;
    });

/// The additive tables, as metrics over all resolutions of the test vectors and the reference
/// table.
void compare_table(const std::string& metric, const std::string& column) {
    const auto space = load_space("ofa-mbv3");
    const auto table = make_metric(metric, space);
    const auto vectors =
        nlohmann::json::parse(read_file(data_directory() / "vectors" / "ofa_mbv3_tables.json"));
    for (const auto& c : vectors["cases"]) {
        const auto a = parse_architecture(space, c["arch"].get<std::string>(), c["resolution"]);
        const double expected = c[column];
        EXPECT_NEAR(table->evaluate(space, std::span(&a, 1)).values[0], expected, 1e-9 * expected);
        EXPECT_NEAR(table->additive(space, a.resolution)->value(a), expected, 1e-9 * expected);
    }
    const auto path = data_directory() / mbv3;
    const auto csv = parse_csv(read_file(path), path.string());
    for (std::size_t r = 0; r < csv.rows.size(); ++r) {
        const auto a =
            parse_architecture(space, csv.rows[r][csv.column("arch")],
                               static_cast<int>(csv.number(r, csv.column("resolution"))));
        const auto& cell = csv.rows[r][csv.column(column)];
        const double expected = std::stod(cell);
        EXPECT_NEAR(table->evaluate(space, std::span(&a, 1)).values[0], expected,
                    rounding(cell) + 1e-6 * expected);
    }
}

TEST(PublishedTables, NoteTenIsTheSumOfItsBlocks) {
    NEEDS_DATA("vectors");
    compare_table("lut:" + (data_directory() / "original" / "note10").string(),
                  "latency_note10_ms");
}

TEST(PublishedTables, OfaFlopsFollowTheirRule) {
    NEEDS_DATA("vectors");
    compare_table("flops/ofa-table", "flops_table_m");
}

}  // namespace
}  // namespace blockscope
