#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/csv.hpp"

#include "program.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;

TEST(MeasureByOperator, SaysWhereTimeGoesWithRooflines) {
    const auto folder = scratch_folder("operators");
    const auto out = folder / "ops.csv";
    const auto ran =
        run("measure " + tiny_space(folder) + " -n 2 --visits 6 --by operator -o " + out.string());
    ASSERT_EQ(ran.code, 0) << ran.text;
    const auto steps = parse_csv(read_file(out), "");
    const auto layers = parse_csv(read_file(folder / "ops_layers.csv"), "");
    const auto shapes = parse_csv(read_file(folder / "ops_shapes.csv"), "");
    for (const auto* table : {&steps, &layers, &shapes}) {
        ASSERT_FALSE(table->rows.empty());
        double share = 0;
        for (std::size_t r = 0; r < table->rows.size(); ++r) {
            const auto number = [&](const char* name) {
                return table->number(r, table->column(name));
            };
            EXPECT_LE(number("latency_ms_low"), number("latency_ms"));
            EXPECT_GE(number("latency_ms_high"), number("latency_ms"));
            EXPECT_NEAR(number("macs_per_byte"), number("macs") / number("bytes"), 1e-9);
            EXPECT_NEAR(number("gflop_per_s"), 2e-6 * number("macs") / number("latency_ms"),
                        1e-6 * number("gflop_per_s"));
            share += number("share_percent");
        }
        // of one network, of two, and of both without the copies
        if (table != &shapes) {
            EXPECT_NEAR(share, 200, 40);  // middles of sums are no sums of middles
        } else {
            EXPECT_GT(share, 50);
        }
    }
    EXPECT_EQ(layers.rows[0][layers.column("location")], "image in");
    EXPECT_EQ(layers.rows[2][layers.column("location")], "U1-L1");
    EXPECT_EQ(layers.rows[2][layers.column("unit")], "1");
    const auto file = nlohmann::json::parse(read_file(folder / "ops.json"));
    const auto& at = file["measuring"].front();
    EXPECT_GT(at["peak_gflop_per_s"].get<double>(), 0);
    EXPECT_EQ(at["networks"][0]["visits"], 6);
    EXPECT_GT(at["networks"][0]["sum_of_parts_ms"]["value"].get<double>(), 0);
    EXPECT_FALSE(std::filesystem::exists(folder / "study.sqlite"));
}

TEST(MeasureByOperator, ShowsTablesOnStandardOutput) {
    const auto folder = scratch_folder("operator_tables");
    const auto ran =
        run("measure " + tiny_space(folder) + " --by operator --visits 3 2>" + "/dev/null");
    ASSERT_EQ(ran.code, 0) << ran.text;
    EXPECT_THAT(ran.text, HasSubstr("U3-L1"));
    EXPECT_THAT(ran.text, HasSubstr("sum of the parts"));
    EXPECT_THAT(ran.text, HasSubstr("depthwise"));
    EXPECT_THAT(ran.text, HasSubstr("% of peak"));
}

TEST(MeasureByOperator, RefusesWhatIsOfWholeNetworks) {
    const auto folder = scratch_folder("operator_refusals");
    const auto space = tiny_space(folder);
    EXPECT_EQ(run("measure " + space + " --by operator --spread 1%").code, 3);
    EXPECT_EQ(run("measure " + space + " --by operator --metric 'run:true'").code, 3);
    EXPECT_EQ(run("measure " + space + " --by layer").code, 2);
}

TEST(Measure, SaysHowManyRunsWereWarmUp) {
    const auto folder = scratch_folder("warm_up");
    const auto ran =
        run("measure " + tiny_space(folder) + " -n 4 -o " + (folder / "m.csv").string());
    ASSERT_EQ(ran.code, 0) << ran.text;
    EXPECT_THAT(ran.text, HasSubstr("runs of warm-up"));
    const auto file = nlohmann::json::parse(read_file(folder / "m.json"));
    const auto& session = file["measuring"].front()["sessions"][0];
    EXPECT_LE(session["warm_up_runs"].get<int>(), 96);
    EXPECT_TRUE(session["settled"].is_boolean());
}

TEST(MeasureWithAffinity, KeepsToCoresAndIsAMetricOfItsOwn) {
    const auto folder = scratch_folder("affinity");
    const auto space = tiny_space(folder);
    const auto out = folder / "m.csv";
    const auto ran =
        run("measure " + space + " -n 2 --metric latency/host:affinity=0 -o " + out.string());
    ASSERT_EQ(ran.code, 0) << ran.text;
    EXPECT_THAT(read_file(out), HasSubstr("latency_host_cores0_ms"));
    const auto file = nlohmann::json::parse(read_file(folder / "m.json"));
    EXPECT_EQ(file["context"]["affinity"], "0");
    EXPECT_EQ(file["metric"], "latency/host:affinity=0");
    EXPECT_THAT(file["context"].dump(), HasSubstr("compiler_flags"));
    const auto absent = run("measure " + space + " -n 2 --metric latency/host:affinity=1000");
    EXPECT_EQ(absent.code, 1);
    EXPECT_THAT(absent.text, HasSubstr("core 1000"));
    EXPECT_EQ(run("measure " + space + " -n 2 --metric latency/host:affinity=x").code, 3);
}

}  // namespace
}  // namespace blockscope
