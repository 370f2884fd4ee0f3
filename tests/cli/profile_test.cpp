#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "blockscope/base/csv.hpp"

#include "program.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;

/// A table of `n` random OFA networks with MACs, in a folder.
std::filesystem::path macs_table(const std::filesystem::path& folder, int n) {
    const auto archs = (folder / "archs.csv").string();
    const auto table = folder / "macs.csv";
    EXPECT_EQ(run("sample ofa-mbv3 --quiet -n " + std::to_string(n) + " -o " + archs).code, 0);
    EXPECT_EQ(
        run("evaluate ofa-mbv3 --quiet --metric macs --archs " + archs + " -o " + table.string())
            .code,
        0);
    return table;
}

TEST(ProfileOfData, IsThatOfTheSpaceWhereTheTableIsAUniformSample) {
    const auto folder = scratch_folder("data");
    const auto table = macs_table(folder, 500);
    const auto out = folder / "out";
    const Outcome r = run("profile ofa-mbv3 --data " + table.string() + " -o " + out.string());
    ASSERT_EQ(r.code, 0) << r.text;
    EXPECT_THAT(r.text, HasSubstr("#macs of ofa-mbv3 at 224x224, 1e6 MACs"));
    EXPECT_THAT(r.text, HasSubstr("estimator pooled, 95 % intervals, 500 networks"));
    // MACs are additive, so the surrogate knows them: U5-L4-B9 adds 25105536 MACs (exact)
    const auto cells = parse_csv(read_file(out / "placements.csv"), "placements.csv");
    EXPECT_NEAR(cells.number(179, cells.column("delta")), 25105536, 5e5);
}

// exact, sampled and given metrics have architectures in common, and so do resolutions as a factor
TEST(ProfileOfSeveralMetrics, WritesTheirCorrelationsAndVarianceShares) {
    const auto folder = scratch_folder("several");
    const auto table = macs_table(folder, 300).string();
    const auto out = folder / "out";
    for (const auto& [metrics, estimator] :
         {std::pair{"--metric macs --metric params --resolution 192,224", "auto"},
          {"--metric macs --metric params --resolution 192,224 --mix-resolutions", "pooled"},
          {"--metric macs --metric params --until width=1e9", "auto"},
          {"--metric macs --metric params --until width=1e9", "pooled"},
          {"--metric macs --metric params", "fixed"},
          {"--metric macs --metric csv:", "auto"}}) {
        std::string line = std::string("profile ofa-mbv3 -n 300 --seed 1 --estimator ") +
                           estimator + " " + metrics;
        if (line.ends_with("csv:")) line += table + "#macs";
        SCOPED_TRACE(line);
        const Outcome r = run(line + " -o " + out.string());
        ASSERT_EQ(r.code, 0) << r.text;
        EXPECT_THAT(r.text, HasSubstr("correlations.csv"));
        const auto csv = parse_csv(read_file(out / "correlations.csv"), "correlations.csv");
        ASSERT_GE(csv.rows.size(), 7);
        EXPECT_EQ(csv.rows[0][csv.column("over")], "architectures");
        EXPECT_EQ(csv.number(0, csv.column("n")), 300);
        EXPECT_EQ(csv.rows[1][csv.column("over")], "placements");
        EXPECT_EQ(csv.number(2, csv.column("unit")), 1);
        EXPECT_GT(csv.number(1, csv.column("spearman")), 0.5);
        const auto shares = parse_csv(read_file(out / "variance.csv"), "variance.csv");
        ASSERT_FALSE(shares.rows.empty());
        const bool mixed = line.find("mix") != std::string::npos;
        const auto resolution = [&](const CsvTable& t) {
            return t.rows[0][t.column("resolution")];
        };
        EXPECT_EQ(resolution(shares) == "mixed", mixed);
        EXPECT_EQ(resolution(csv) == "mixed", mixed);
        EXPECT_EQ(shares.rows[0][shares.column("factor")] == "resolution", mixed);
    }
    EXPECT_EQ(run("profile ofa-mbv3 --metric macs -o " + (folder / "one").string()).code, 0);
    EXPECT_FALSE(std::filesystem::exists(folder / "one" / "correlations.csv"));
}

TEST(ProfileOfData, RefusesWhatSaysNothingAboutTheSpace) {
    const auto folder = scratch_folder("searched");
    const auto table = macs_table(folder, 600);
    const auto csv = parse_csv(read_file(table), "macs.csv");
    std::string kept = "arch,resolution,macs\n";
    for (const auto& row : csv.rows) {  // depths of units 1 and 2 go together
        const auto first = row[0].find('|');
        const auto second = row[0].find('|', first + 1);
        const auto layers = [&](std::size_t from, std::size_t to) {
            return std::count(row[0].begin() + static_cast<long>(from),
                              row[0].begin() + static_cast<long>(to), '-');
        };
        if (layers(0, first) == layers(first, second)) {
            kept += row[0] + "," + row[1] + "," + row[2] + "\n";
        }
    }
    const auto path = (folder / "kept.csv").string();
    write_file(path, kept);
    const auto out = (folder / "out").string();
    const Outcome refused = run("profile ofa-mbv3 --data " + path + " -o " + out);
    EXPECT_EQ(refused.code, 3);
    EXPECT_THAT(refused.text, HasSubstr("depth of unit 1 and depth of unit 2 go together"));
    EXPECT_THAT(refused.text, HasSubstr("--population table"));
    const Outcome described =
        run("profile ofa-mbv3 --population table --data " + path + " -o " + out);
    EXPECT_EQ(described.code, 0) << described.text;
    EXPECT_THAT(described.text, HasSubstr("estimator table"));
    EXPECT_THAT(described.text, HasSubstr("not the space"));
}

TEST(ProfileOfData, GivesAnHonestEmptyCellOrAClearLine) {
    const auto folder = scratch_folder("poor");
    const auto table = macs_table(folder, 60);
    const auto csv = parse_csv(read_file(table), "macs.csv");
    std::string text = "arch,resolution,constant,nothing,macs\n";
    for (const auto& row : csv.rows) text += row[0] + "," + row[1] + ",5,," + row[2] + "\n";
    const auto path = (folder / "poor.csv").string();
    write_file(path, text);
    const auto out = folder / "out";
    const auto profile = [&](const std::string& options) {
        return run("profile ofa-mbv3 --data " + path + " -o " + out.string() + " " + options);
    };
    const Outcome nothing = profile("--metric nothing");
    EXPECT_EQ(nothing.code, 3);
    EXPECT_THAT(nothing.text, HasSubstr("column 'nothing' holds no value"));
    EXPECT_THAT(profile("--metric other").text, HasSubstr("has no column 'other'"));
    const Outcome constant = profile("--metric constant");
    EXPECT_EQ(constant.code, 0) << constant.text;
    const auto cells = parse_csv(read_file(out / "placements.csv"), "placements.csv");
    EXPECT_EQ(read_file(out / "placements.csv").find("nan"), std::string::npos);
    std::size_t empty = 0;
    for (std::size_t r = 0; r < cells.rows.size(); ++r) {
        EXPECT_EQ(cells.rows[r].back(), "false");
        const double delta = cells.number(r, cells.column("delta"));
        const double count = cells.number(r, cells.column("count"));
        EXPECT_EQ(std::isnan(delta), count == 0);
        empty += std::isnan(delta);
        if (!std::isnan(delta)) {
            EXPECT_NEAR(delta, 0, 1e-9);
        }
        EXPECT_TRUE(std::isnan(cells.number(r, cells.column("p5"))));  // 100 members are asked for
    }
    EXPECT_GT(empty, 0);
    write_file(folder / "few.csv", text.substr(0, text.find('\n', 400)) + "\n");
    const Outcome few =
        run("profile ofa-mbv3 --data " + (folder / "few.csv").string() + " -o " + out.string());
    EXPECT_EQ(few.code, 3);
    EXPECT_THAT(few.text, HasSubstr("are too few for a profile"));
    const Outcome other = run("profile resnet50 --data " + path + " -o " + out.string());
    EXPECT_EQ(other.code, 3);
    EXPECT_THAT(other.text, HasSubstr("poor.csv:2"));
}

TEST(ProfileUntil, ReportsWhatIsResolvedAndWhatIsNot) {
    const auto folder = scratch_folder("until");
    const auto table = macs_table(folder, 3000).string();
    const auto out = (folder / "out").string();
    // activation_bytes is no sum, so pooled here; 1 % of its mean takes some hundred networks
    const Outcome reached =
        run("profile ofa-mbv3 --estimator pooled --metric activation_bytes "
            "--until width=1% -o " +
            out);
    EXPECT_EQ(reached.code, 0) << reached.text;
    EXPECT_THAT(reached.text, HasSubstr("the goal is reached, 180 resolved and 0 unresolved"));
    const Outcome spent =
        run("profile ofa-mbv3 --estimator pooled --metric activation_bytes "
            "--until ranking --budget 350 -o " +
            out);
    EXPECT_EQ(spent.code, 0) << spent.text;
    EXPECT_THAT(spent.text, HasSubstr("the budget of evaluations is spent"));
    EXPECT_THAT(spent.text, HasSubstr("unresolved: MBConv"));
    EXPECT_THAT(read_file(folder / "out/profile.json"), HasSubstr("unresolved: MBConv"));
}

TEST(ProfileOfAnyKind, GivesTheSameBytesForAnyNumberOfThreads) {
    const auto folder = scratch_folder("threads");
    for (const std::string options : {"--estimator pooled -n 500", "--estimator fixed -n 20",
                                      "--estimator pooled --until width=1% --budget 600"}) {
        std::string first;
        for (const auto* threads : {"1", "3"}) {
            const auto out = folder / threads;
            const Outcome r = run("profile resnet50 --metric activation_bytes --quiet --threads " +
                                  std::string(threads) + " " + options + " -o " + out.string());
            ASSERT_EQ(r.code, 0) << r.text;
            const auto bytes = read_file(out / "placements.csv") + read_file(out / "blocks.csv") +
                               read_file(out / "depths.csv") + read_file(out / "variance.csv");
            if (first.empty()) first = bytes;
            EXPECT_EQ(bytes, first) << options;
        }
    }
}

TEST(ProfileByThePublishedProcedure, NamesItsEstimator) {
    const auto out = (scratch_folder("fixed") / "out").string();
    const Outcome r = run("profile resnet50 --estimator fixed -n 30 --metric macs -o " + out);
    EXPECT_EQ(r.code, 0) << r.text;
    EXPECT_THAT(r.text, HasSubstr("estimator fixed, 95 % intervals, 4890 networks"));
}

TEST(ProfileOptions, ThatDoNotGoTogetherAreUsageErrors) {
    const auto folder = scratch_folder("usage");
    const auto table = macs_table(folder, 30).string();
    const auto out = (folder / "out").string();
    for (const auto& [options, why] : {
             std::pair{"--data " + table + " --until ranking", "--data is all there is"},
             {"--data " + table + " --estimator fixed", "--estimator fixed cannot be"},
             {std::string("--metric macs --population table"), "--population table needs --data"},
             {std::string("--metric macs --estimator exact --until ranking"), "--until steers"},
         }) {
        const Outcome r = run("profile ofa-mbv3 " + options + " -o " + out);
        EXPECT_EQ(r.code, 2) << r.text;
        EXPECT_THAT(r.text, HasSubstr(why));
    }
    EXPECT_EQ(run("profile ofa-mbv3 --metric macs --until width=x -o " + out).code, 3);
}

}  // namespace
}  // namespace blockscope
