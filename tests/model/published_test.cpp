#include <cmath>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/space_file.hpp"

#include "tests/test_data.hpp"

namespace blockscope {
namespace {

struct Case {
    const char* name;    // file in predictors/ and vectors/
    const char* space;   // ours
    const char* table;   // reference table
    const char* column;  // in it
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class Published : public testing::TestWithParam<Case> {
protected:
    static std::string metric() {
        return "model:" + (data_directory() / "predictors" / GetParam().name).string() +
               ".safetensors";
    }
};

TEST_P(Published, GivesTheTestVectors) {
    NEEDS_DATA("vectors");
    const auto space = load_space(GetParam().space);
    const auto model = make_metric(metric(), space);
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
    const auto model = make_metric(metric(), space);
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

constexpr const char* mbv3 = "ofa_mbv3_reference.csv";
constexpr const char* proxyless = "ofa_proxyless_reference.csv";
constexpr const char* resnet = "ofa_resnet50_reference.csv";

INSTANTIATE_TEST_SUITE_P(
    All, Published,
    testing::Values(Case{"ofa_mbv3_accuracy", "ofa-mbv3", mbv3, "accuracy"},
                    Case{"ofa_resnet50_accuracy", "resnet50", resnet, "accuracy"},
                    Case{"ofa_mbv3_accuracy_gnn", "ofa-mbv3", mbv3, "accuracy_gnn"},
                    Case{"ofa_mbv3_latency_npu", "ofa-mbv3", mbv3, "latency_npu_ms"},
                    Case{"ofa_mbv3_latency_gpu", "ofa-mbv3", mbv3, "latency_gpu_ms"},
                    Case{"ofa_mbv3_latency_cpu", "ofa-mbv3", mbv3, "latency_cpu_ms"},
                    Case{"ofa_proxyless_accuracy_gnn", "proxylessnas", proxyless, "accuracy"},
                    Case{"ofa_proxyless_latency_npu", "proxylessnas", proxyless, "latency_npu_ms"},
                    Case{"ofa_proxyless_latency_gpu", "proxylessnas", proxyless, "latency_gpu_ms"},
                    Case{"ofa_proxyless_latency_cpu", "proxylessnas", proxyless, "latency_cpu_ms"}),
    [](const auto& instance) {
        std::string name = instance.param.name;
        std::erase(name, '_');
        return name;
    });

}  // namespace
}  // namespace blockscope
