#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/csv.hpp"

#include "program.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

/// Accuracies of 120 networks, in a column of any name: near to a sum over layers.
fs::path table(const fs::path& folder, const std::string& column) {
    const auto path = folder / (column + ".csv");
    EXPECT_EQ(run("sample ofa-mbv3 -n 120 --quiet -o " + (folder / "archs.csv").string()).code, 0);
    EXPECT_EQ(run("evaluate ofa-mbv3 --quiet --archs " + (folder / "archs.csv").string() +
                  " --metric activation_bytes/total -o " + path.string())
                  .code,
              0);
    std::string text = read_file(path);
    const auto start = text.find("resolution,") + 11;
    text.replace(start, text.find('\n') - start, column);
    write_file(path, text);
    return path;
}

TEST(Fit, WritesAModelThatIsAMetric) {
    const auto folder = scratch_folder("fit");
    const auto data = table(folder, "latency_ms").string();
    const auto model = (folder / "m.json").string();
    const std::string line = "fit ofa-mbv3 --data " + data + " --column latency_ms -o ";
    const Outcome r = run(line + model);
    ASSERT_EQ(r.code, 0) << r.text;
    for (const char* said :
         {"latency_ms: 120 rows with a value, 120 architectures at resolution 224; fitted to 96",
          "learning curve: mean absolute error in ms", "rows  subsets",
          "error on 24 held-out rows, 95% intervals:", "Kendall", "prediction interval at 95%: +-",
          "share of held-out rows inside"}) {
        EXPECT_THAT(r.text, HasSubstr(said));
    }
    ASSERT_EQ(run(line + (folder / "again.json").string() + " --threads 1").code, 0);
    EXPECT_EQ(read_file(model), read_file(folder / "again.json"));

    const auto values = folder / "values.csv";
    ASSERT_EQ(run("evaluate ofa-mbv3 --intervals --archs " + data + " --metric model:" + model +
                  " --metric macs -o " + values.string())
                  .code,
              0);
    const auto csv = parse_csv(read_file(values), "values.csv");
    EXPECT_EQ(csv.header, (std::vector<std::string>{"arch", "resolution", "latency_ms",
                                                    "latency_ms_low", "latency_ms_high", "macs"}));
    const double half = nlohmann::json::parse(read_file(model))["interval"]["half_width"];
    EXPECT_NEAR(csv.number(0, 4) - csv.number(0, 2), half, 1e-6 * half);
    EXPECT_NEAR(csv.number(0, 2) - csv.number(0, 3), half, 1e-6 * half);

    const auto out = folder / "profile";
    const Outcome profile = run("profile ofa-mbv3 --metric model:" + model + " -o " + out.string());
    ASSERT_EQ(profile.code, 0) << profile.text;
    const auto first = nlohmann::json::parse(read_file(out / "profile.json"))["profiles"][0];
    EXPECT_EQ(first["estimator"], "exact");
    EXPECT_THAT(first["notes"].dump(), HasSubstr("the intervals do not hold its own error"));
}

// killed as soon as it keeps something
TEST(Fit, GoesOnWhereItWasKilled) {
    const auto folder = scratch_folder("fit_killed");
    const auto data = table(folder, "latency_ms").string();
    const auto model = (folder / "m.json").string();
    for (const std::string options :
         {"--model mlp --widths 64,64 --steps 2500", "--model gru --hidden 32 --steps 30"}) {
        SCOPED_TRACE(options);
        const std::string line = std::string(BLOCKSCOPE_BINARY) + " fit ofa-mbv3 --data " + data +
                                 " --column latency_ms --level 0.8 " + options + " -o ";
        ASSERT_EQ(run_shell(line + (folder / "whole.json").string()).code, 0);
        run_shell(line + model + " & pid=$!; for i in $(seq 3000); do ls " + model +
                  ".training/???????????????? >/dev/null 2>&1 && break; kill -0 $pid || break; "
                  "sleep 0.01; "
                  "done; kill -KILL $pid; wait $pid");
        ASSERT_FALSE(fs::exists(model));
        ASSERT_FALSE(fs::is_empty(model + ".training"));
        const Outcome r = run_shell(line + model);
        EXPECT_EQ(r.code, 0) << r.text;
        EXPECT_THAT(r.text, HasSubstr("a training goes on as it was kept in " + model));
        EXPECT_EQ(read_file(model), read_file(folder / "whole.json"));
        EXPECT_FALSE(fs::exists(model + ".training"));
        fs::remove(model);
    }
}

TEST(Fit, RefusesBadTablesInOneLine) {
    const auto folder = scratch_folder("fit_bad");
    const auto good = table(folder, "latency_ms");
    const auto content = read_file(good);
    const auto refused = [&](const std::string& text, const std::string& options,
                             const std::string& what) {
        SCOPED_TRACE(what);
        write_file(folder / "t.csv", text);
        const auto model = folder / "never.json";
        const Outcome r = run("fit ofa-mbv3 --data " + (folder / "t.csv").string() + " -o " +
                              model.string() + " " + options);
        EXPECT_EQ(r.code, 3) << r.text;
        EXPECT_THAT(r.text, HasSubstr(what));
        EXPECT_EQ(std::count(r.text.begin(), r.text.end(), '\n'), 1) << r.text;
        EXPECT_FALSE(fs::exists(model));
    };
    const std::string column = "--column latency_ms";
    const auto line = [&](int n) {
        std::size_t at = 0;
        for (int i = 0; i < n; ++i) at = content.find('\n', at) + 1;
        return at;
    };
    refused(content.substr(0, line(20)), column,
            "column 'latency_ms': 19 architectures with a value leave 15 to fit; 20 are needed");
    refused(
        content.substr(0, line(3)) + "e3k3-e3k3|e3k3-e3k3|e3k3-e3k3|e3k3-e3k3|e3k3-e3k3,224,nan\n",
        column, "t.csv:4: ");
    std::string constant = "arch,latency_ms\n";
    for (int i = 1; i <= 40; ++i) {
        const auto from = line(i);
        constant += content.substr(from, content.find(',', from) - from) + ",7\n";
    }
    refused(constant, column, "all values are 7: nothing to fit");
    refused("space," + content.substr(0, line(1)) + "resnet50," +
                content.substr(line(1), line(2) - line(1)),
            column, "t.csv:2: the table is of space 'resnet50', not 'ofa-mbv3'");
    refused(content, column + " --unit s", "column 'latency_ms' is in ms, not in s");
    refused(content, "--column latency", "has no column 'latency'");
    refused(content, column + " --resolution 192", "0 architectures with a value");
    refused(content, column + " --holdout 95%", "--holdout '95%' is no share from 0 to 90%");
    refused(content, column + " --level 0.999", "needs 999 rows; there are 96");
    refused(content, column + " --model kernel", "a kernel gains nothing here");
    refused(content, column + " --model mlp", "there are 10 that 'mlp' is judged by");
    std::string other = content;
    other.replace(other.find("latency_ms"), 10, "speed");
    refused(other, "--column speed", "column 'speed' does not say its unit; give it as --unit");
    EXPECT_EQ(run("fit ofa-mbv3 --data x.csv --column a --model mpl").code, 2);
}

}  // namespace
}  // namespace blockscope
