#include <csignal>

#include <gtest/gtest.h>

#include "blockscope/base/csv.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/space/space_file.hpp"
#include "blockscope/study/remembered.hpp"

#include "background.hpp"
#include "program.hpp"

namespace blockscope {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& folder) {
    std::string all;
    for (const auto* name :
         {"blocks.csv", "placements.csv", "depths.csv", "table.csv", "profile.json"}) {
        all += read_file(folder / name);
    }
    return all;
}

TEST(StudyOfAProfile, LetsTheSameCommandMeasureNothingAndGiveTheSameBytes) {
    const auto folder = scratch_folder("again");
    const auto command = "profile " + tiny_space(folder) +
                         " --metric latency/host --metric macs --budget 1s -o " +
                         (folder / "p").string();
    const auto first = run(command);
    ASSERT_EQ(first.code, 0) << first.text;
    const auto bytes = bytes_of(folder / "p");
    const auto measured = rows(folder / "p/study.sqlite");
    EXPECT_GT(measured, 20);
    const auto second = run(command);
    ASSERT_EQ(second.code, 0) << second.text;
    EXPECT_NE(second.text.find("known from"), std::string::npos) << second.text;
    EXPECT_EQ(rows(folder / "p/study.sqlite"), measured);
    EXPECT_EQ(bytes_of(folder / "p"), bytes);
}

TEST(StudyOfAProfile, CountsWhatWasSpentAgainstALargerBudget) {
    const auto folder = scratch_folder("larger");
    const auto command = "profile " + tiny_space(folder) + " --metric latency/host -o " +
                         (folder / "p").string() + " --budget ";
    ASSERT_EQ(run(command + "60").code, 0);
    EXPECT_EQ(rows(folder / "p/study.sqlite"), 60);
    const auto before = parse_csv(read_file(folder / "p/table.csv"), "");
    ASSERT_EQ(run(command + "90").code, 0);
    EXPECT_EQ(rows(folder / "p/study.sqlite"), 90);
    const auto after = parse_csv(read_file(folder / "p/table.csv"), "");
    ASSERT_EQ(after.rows.size(), 90);
    // the same measurements, in units of a reference time that is known better now
    const double better = after.number(0, 2) / before.number(0, 2);
    for (std::size_t i = 0; i < 60; ++i) {
        EXPECT_EQ(after.rows[i][0], before.rows[i][0]);
        EXPECT_NEAR(after.number(i, 2) / before.number(i, 2), better, 1e-9);
    }
    // a smaller budget takes the start of what is there
    ASSERT_EQ(run(command + "30").code, 0);
    EXPECT_EQ(parse_csv(read_file(folder / "p/table.csv"), "").rows.size(), 30);
    EXPECT_EQ(rows(folder / "p/study.sqlite"), 90);
}

TEST(StudyOfMeasurements, SurvivesKillsAndTheSameCommandGoesOn) {
    const auto folder = scratch_folder("kill");
    const auto study = folder / "study.sqlite";
    const auto command =
        "measure " + tiny_space(folder) + " -n 300000 --visits 1 -o " + (folder / "m.csv").string();
    std::size_t before = 0;
    for (int round = 0; round < 3; ++round) {
        const pid_t child = start(command);
        ASSERT_TRUE(happens(child, [&] { return rows(study) > before; }));
        const auto seen = rows(study);
        end(child);
        EXPECT_GE(rows(study), seen) << "lost what was recorded";
        before = rows(study);
        EXPECT_FALSE(fs::exists(folder / "m.csv"));
    }
    ASSERT_LT(before, 300000) << "it was over before the last kill";
    const auto rest = run("measure " + tiny_space(folder) + " -n " + std::to_string(before + 50) +
                          " --visits 1 -o " + (folder / "m.csv").string());
    ASSERT_EQ(rest.code, 0) << rest.text;
    // every architecture once: nothing that was recorded was measured again
    EXPECT_EQ(sql(study, "SELECT count(*) = count(DISTINCT arch) FROM evaluations"), "1\n");
    EXPECT_EQ(parse_csv(read_file(folder / "m.csv"), "").rows.size(), before + 50);
    EXPECT_EQ(sql(study, "SELECT count(*) FROM sessions"), "4\n");
    EXPECT_EQ(sql(study, "SELECT count(DISTINCT reference_ms) FROM reference_times"), "1\n")
        << "all sessions are scaled to one";
}

TEST(StudyOfAProfile, IsFilledByProcessesInTurn) {
    const auto folder = scratch_folder("processes");
    const auto command = "profile " + tiny_space(folder) + " --metric latency/host --metric macs" +
                         " --budget 50 --processes 3 -o " + (folder / "p").string();
    const auto first = run(command);
    ASSERT_EQ(first.code, 0) << first.text;
    const auto study = folder / "p/study.sqlite";
    EXPECT_EQ(rows(study), 50);
    EXPECT_EQ(sql(study,
                  "SELECT group_concat(n) FROM (SELECT count(*) AS n FROM evaluations "
                  "GROUP BY session ORDER BY session)"),
              "17,17,16\n");
    const auto json = read_file(folder / "p/profile.json");
    EXPECT_NE(json.find("measured by 3 processes"), std::string::npos);
    const auto bytes = bytes_of(folder / "p");
    ASSERT_EQ(run(command).code, 0);
    EXPECT_EQ(rows(study), 50);
    EXPECT_EQ(bytes_of(folder / "p"), bytes);
    EXPECT_EQ(run(command + " --part 4/3").code, 3);
    EXPECT_EQ(run("profile ofa-mbv3 --metric latency/host --until ranking --processes 2").code, 2);
}

// a device that takes longer with every network: said always, and with --strict the exit code
TEST(StudyOfMeasurements, ThatCannotBeTrustedFailStrictCommands) {
    const auto folder = scratch_folder("strict");
    const auto space = tiny_space(folder);
    const auto script = folder / "slower.sh";
    const auto count = (folder / "count").string();
    write_file(script, "echo x >> " + count + "\necho $((100 + 5 * $(wc -l < " + count + ")))\n");
    const auto metric =
        " --metric \"run:sh " + script.string() + " {resolution}#name=slower\" -n 200 -o ";
    for (const std::string verb : {"measure --visits 1", "profile"}) {
        fs::remove(count);
        const auto command = verb + " " + space + metric + (folder / verb.substr(0, 7)).string();
        const auto strict = run(command + " --strict");
        EXPECT_EQ(strict.code, 6) << strict.text;
        EXPECT_NE(strict.text.find("NOT TRUSTWORTHY"), std::string::npos) << strict.text;
        EXPECT_EQ(run(command).code, 0);
    }
}

// 16 networks are one batch, after which its values are computed.
TEST(StudyOfMeasurements, HoldsTheTimedRunsThatItsValuesFollowFrom) {
    const auto folder = scratch_folder("samples");
    const auto file = tiny_space(folder);
    const auto study_file = folder / "study.sqlite";
    for (const auto* n : {"16", "32"}) {
        ASSERT_EQ(
            run("measure " + file + " --visits 1 -o " + (folder / "m.csv").string() + " -n " + n)
                .code,
            0);
    }
    Study study(study_file);
    const auto space = load_space(file);
    const auto metric_info = make_metric("latency/host", space)->info();
    const auto context = sql(study_file, "SELECT key FROM contexts");
    const auto key = context.substr(0, context.find('\n'));
    const int resolution = space.default_resolution;
    const auto scale = study.reference_ms(space, metric_info, key, resolution);
    ASSERT_TRUE(scale.has_value());
    std::vector<double> expected;
    for (const auto& session : study.sessions(space, metric_info, key, resolution)) {
        std::vector<LatencySample> references;
        for (const auto& s : session.samples) {
            if (s.is_reference) references.push_back(s);
        }
        ASSERT_GE(references.size(), 16);
        for (const auto& s : session.samples) {
            if (s.is_reference) continue;
            expected.push_back(s.cpu_ms * *scale /
                               smoothed_reference(references, s.at_s, 1.0, true));
        }
    }
    std::vector<double> stored;
    for (const auto& [a, value] : study.values(space, metric_info, key).tried) {
        stored.push_back(value.value);
    }
    ASSERT_EQ(stored.size(), expected.size());
    std::sort(stored.begin(), stored.end());
    std::sort(expected.begin(), expected.end());
    for (std::size_t i = 0; i < stored.size(); ++i) EXPECT_DOUBLE_EQ(expected[i], stored[i]);
}

TEST(StudyOfMeasurements, OfTwoProcessesTurnsOneAwayInOneLine) {
    const auto folder = scratch_folder("two");
    const auto command =
        "measure " + tiny_space(folder) + " -n 300000 --visits 1 -o " + (folder / "m.csv").string();
    const pid_t first = start(command);
    ASSERT_TRUE(happens(first, [&] { return rows(folder / "study.sqlite") > 0; }));
    const auto second = run(command);
    EXPECT_EQ(second.code, 1);
    EXPECT_NE(second.text.find("study.sqlite: in use by process " + std::to_string(first)),
              std::string::npos)
        << second.text;
    EXPECT_EQ(std::count(second.text.begin(), second.text.end(), '\n'), 1) << second.text;
    end(first);
}

TEST(StudyOfMeasurements, IsLeftInOrderByCtrlC) {
    const auto folder = scratch_folder("interrupt");
    const auto study = folder / "study.sqlite";
    const pid_t child = start("measure " + tiny_space(folder) + " -n 300000 --visits 1 -o " +
                              (folder / "m.csv").string());
    ASSERT_TRUE(happens(child, [&] { return rows(study) > 0; }));
    ::kill(child, SIGINT);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 130);
    EXPECT_TRUE(fs::exists(folder / "m.csv")) << "what was measured is written";
    EXPECT_EQ(sql(study, "SELECT count(*) FROM evaluations WHERE value IS NULL"), "0\n");
}

TEST(StudyOption, IsRefusedForANewerStudyAndLeavesItAlone) {
    const auto folder = scratch_folder("newer");
    const auto study = folder / "s.sqlite";
    { const Study made(study); }
    run_shell(
        "python3 -c 'import sqlite3, sys\n"
        "sqlite3.connect(sys.argv[1]).execute(\"PRAGMA user_version = 99\")' " +
        study.string());
    const auto before = read_file(study);
    const std::string space = tiny_space(folder);
    for (const auto& command :
         {"measure " + space + " -n 2 -o -",
          "evaluate " + space +
              " --arch 'e2k3-e2k3-e2k3|e2k3-e2k3-e2k3|e2k3-e2k3-e2k3' --metric latency/host",
          "profile " + space + " --metric latency/host --budget 30 -o " +
              (folder / "p").string()}) {
        const auto r = run(command + " --study " + study.string());
        EXPECT_EQ(r.code, 3) << r.text;
        EXPECT_NE(r.text.find("s.sqlite: written by a newer blockscope (schema 99"),
                  std::string::npos)
            << r.text;
        EXPECT_EQ(std::count(r.text.begin(), r.text.end(), '\n'), 1) << r.text;
    }
    EXPECT_EQ(read_file(study), before);
}

TEST(StudyOption, IsNotNeededToCountOrWithoutAFile) {
    const auto folder = scratch_folder("none");
    const auto space = tiny_space(folder);
    const auto in_folder = "cd " + folder.string() + " && " BLOCKSCOPE_BINARY " ";
    EXPECT_EQ(run_shell(in_folder + "profile tiny.toml --metric macs -o p").code, 0);
    EXPECT_EQ(run_shell(in_folder + "measure tiny.toml -n 2").code, 0);
    EXPECT_EQ(run_shell(in_folder + "measure tiny.toml -n 2 -o /dev/null").code, 0);
    EXPECT_EQ(run_shell(in_folder +
                        "evaluate tiny.toml --arch 'e2k3-e2k3-e2k3|e2k3-e2k3-e2k3|e2k3-e2k3-e2k3' "
                        "--metric macs -o e.csv")
                  .code,
              0);
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        EXPECT_EQ(entry.path().string().find(".sqlite"), std::string::npos) << entry.path();
    }
    EXPECT_EQ(
        run_shell(
            in_folder +
            "evaluate tiny.toml --arch 'e2k3-e2k3-e2k3|e2k3-e2k3-e2k3|e2k3-e2k3-e2k3' --metric "
            "latency/host:engine=onednn -o e.csv")
            .code,
        0);
    EXPECT_EQ(sql(folder / "study.sqlite", "SELECT name FROM metrics"), "latency/host\n");
}

}  // namespace
}  // namespace blockscope
