#include <cmath>
#include <sys/resource.h>

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
    const auto& reference = session["reference"];
    EXPECT_GT(reference["ms"].size(), 0u);
    EXPECT_LE(reference["ms"].size(), 60u);
    EXPECT_EQ(reference["ms"].size(), reference["seconds"].size());
    EXPECT_GT(reference["ms"][0].get<double>(), 0);
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

/// Changes what a study says of the context its values came from.
void move_elsewhere(const std::filesystem::path& study) {
    run_shell(
        "python3 -c 'import sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1])\n"
        "facts = db.execute(\"SELECT facts FROM contexts\").fetchone()[0]\n"
        "facts = facts.replace(\"onednn\", \"another engine\")\n"
        "db.execute(\"UPDATE contexts SET key = ?, facts = ?\", (\"elsewhere\", facts))\n"
        "db.commit()' " +
        study.string());
}

TEST(AStudyFromElsewhere, IsRefusedUnlessAskedForAndThenKeptApart) {
    const auto folder = scratch_folder("elsewhere");
    const auto out = (folder / "m.csv").string();
    const auto command = "measure " + tiny_space(folder) + " -n 3 -o " + out;
    ASSERT_EQ(run(command).code, 0);
    move_elsewhere(folder / "study.sqlite");
    const auto refused = run(command);
    EXPECT_EQ(refused.code, 3);
    EXPECT_THAT(refused.text, HasSubstr("engine: 'another engine' there, 'onednn' here"));
    EXPECT_THAT(refused.text, HasSubstr("--across-contexts"));
    const auto profile = "profile " + tiny_space(folder) +
                         " --metric latency/host --budget 40 --study " +
                         (folder / "study.sqlite").string() + " -o " + (folder / "p").string();
    EXPECT_EQ(run(profile).code, 3);

    const auto asked = run(command + " --across-contexts");
    ASSERT_EQ(asked.code, 0) << asked.text;
    EXPECT_THAT(asked.text, HasSubstr("12 values of latency/host from context elsewhere"));
    const auto table = parse_csv(read_file(out), out);
    ASSERT_EQ(table.rows.size(), 6U) << "of both contexts, none mixed";
    const auto context = table.column("context");
    EXPECT_NE(table.rows[0][context], "elsewhere");
    EXPECT_EQ(table.rows[2][context], table.rows[0][context]);
    for (std::size_t r = 3; r < 6; ++r) EXPECT_EQ(table.rows[r][context], "elsewhere");
    const auto file = nlohmann::json::parse(read_file(folder / "m.json"));
    EXPECT_EQ(file["other_contexts"]["elsewhere"]["engine"], "another engine");

    // such a table is no single column
    const auto data = "profile " + tiny_space(folder) + " --data " + out +
                      " --population table --metric latency_host_ms -o " + (folder / "d").string();
    const auto mixed = run(data);
    EXPECT_EQ(mixed.code, 3);
    EXPECT_THAT(mixed.text, HasSubstr("m.csv:5"));
    EXPECT_THAT(mixed.text, HasSubstr("not comparable"));
    EXPECT_EQ(run(data + " --context nowhere").code, 3);
    EXPECT_THAT(run(data + " --context elsewhere").text, testing::Not(HasSubstr("comparable")));
}

TEST(SustainedLoad, IsMeasuredForThatLongAndSaysWhetherTheRankingHeld) {
    const auto folder = scratch_folder("sustain");
    const auto command =
        "measure " + tiny_space(folder) + " -n 6 --sustain 1.5s -o " + (folder / "m.csv").string();
    const auto ran = run(command);
    ASSERT_EQ(ran.code, 0) << ran.text;
    EXPECT_THAT(ran.text, HasSubstr("sustained load: "));
    const auto file = nlohmann::json::parse(read_file(folder / "m.json"));
    const auto& load = file["sustained"].front();
    EXPECT_EQ(load["networks"], 6);
    EXPECT_GE(load["visits"].get<int>(), 6);
    EXPECT_TRUE(load["spearman"]["low"].is_number());
    EXPECT_TRUE(load["kendall"]["value"].is_number());
    EXPECT_EQ(run(command + " --sustain soon").code, 3);
}

TEST(EnginesOfThisMachine, AreListedAndCompared) {
    const auto folder = scratch_folder("engines");
    const auto listed = run("metrics --engines");
    EXPECT_EQ(listed.code, 0);
    EXPECT_THAT(listed.text, HasSubstr("xnnpack"));
    const auto compared = run("metrics " + tiny_space(folder) + " --engines");
    ASSERT_EQ(compared.code, 0) << compared.text;
    EXPECT_THAT(compared.text, HasSubstr("% of peak"));
    EXPECT_THAT(compared.text, HasSubstr("the default, onednn"));
}

/// Largest resident size of a command, MB.
double peak_mb(const std::string& arguments) {
    const auto command = std::string(BLOCKSCOPE_BINARY) + " " + arguments + " >/dev/null 2>&1";
    const pid_t child = ::fork();
    if (child == 0) {
        ::execl("/bin/sh", "sh", "-c", ("exec " + command).c_str(), nullptr);
        ::_exit(127);
    }
    int status = 0;
    rusage used{};
    ::wait4(child, &status, 0, &used);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return static_cast<double>(used.ru_maxrss) / 1024;
}

// ofa-mbv3-w1.0 has 45 placements with layers of 2 to 900 kB; all are there after some hundred
// networks, and what comes then must cost rows of the study alone.
TEST(MemoryOfMeasuring, IsFlatOverManyNetworks) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "a sanitizer keeps what was freed";
#endif
    const auto folder = scratch_folder("memory");
    const auto measure = [&](int networks, const char* name) {
        return peak_mb("measure ofa-mbv3-w1.0 --resolution 128 --visits 1 -n " +
                       std::to_string(networks) + " --study " + (folder / name).string() +
                       ".sqlite -o " + (folder / name).string());
    };
    const double few = measure(300, "few.csv");
    const double many = measure(900, "many.csv");
    EXPECT_LT(many, few + 15) << few << " MB after 300 networks, " << many << " MB after 900";
}

}  // namespace
}  // namespace blockscope
