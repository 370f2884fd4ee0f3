// What happens to machines and devices while they measure.
#include <csignal>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/random.hpp"

#include "background.hpp"
#include "program.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class Signal : public testing::TestWithParam<int> {};

TEST_P(Signal, SavesAndTheSameCommandGoesOn) {
    const auto folder = scratch_folder("signal" + std::to_string(GetParam()));
    const auto study = folder / "study.sqlite";
    const auto command = "measure " + tiny_space(folder) + " --visits 1 -o " +
                         (folder / "m.csv").string() + " -n 5000";
    const pid_t child = start(command);
    ASSERT_TRUE(happens(child, [&] { return rows(study) > 0; }));
    ::kill(child, GetParam());
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 130);
    EXPECT_LT(rows(study), 5000U);
    EXPECT_EQ(parse_csv(read_file(folder / "m.csv"), "").rows.size(), 5000U)
        << "measured or with the reason why not";
    const auto rest = run(command);
    ASSERT_EQ(rest.code, 0) << rest.text;
    EXPECT_EQ(sql(study, "SELECT count(*) = count(DISTINCT arch) FROM evaluations"), "1\n")
        << "nothing measured twice";
    EXPECT_EQ(read_file(folder / "m.csv").find("not reached"), std::string::npos);
}

// Ctrl-C, and what timeout(1), scancel and service managers send
INSTANTIATE_TEST_SUITE_P(Faults, Signal, testing::Values(SIGINT, SIGTERM));

TEST(Faults, ProcessesOfAProfileStopWithIt) {
    const auto folder = scratch_folder("term_processes");
    const auto study = folder / "p" / "study.sqlite";
    const pid_t child =
        start("profile " + tiny_space(folder) +
              " --metric latency/host --budget 1000s --processes 2 -o " + (folder / "p").string());
    ASSERT_TRUE(happens(child, [&] { return fs::exists(study) && rows(study) > 0; }));
    ::kill(child, SIGTERM);  // not the other one
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 130);
}

TEST(Faults, CtrlCDoesNotWaitForADeviceThatHangs) {
    const auto folder = scratch_folder("hanging");
    const auto began = folder / "began";
    const pid_t child = start(
        "measure " + tiny_space(folder) + " -n 2 -o " + (folder / "m.csv").string() +
        " --metric 'run:echo $$ > " + began.string() +
        "; exec sleep 3600; : {arch}#timeout=3000s,cache=" + (folder / "onnx").string() + "'");
    ASSERT_TRUE(happens(child, [&] { return fs::exists(began) && fs::file_size(began) > 0; }));
    ::kill(child, SIGINT);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 130);
    const auto runner = read_file(began);
    EXPECT_FALSE(fs::exists("/proc/" + runner.substr(0, runner.find('\n')))) << "left behind";
}

// At any moment: while it opens the study, measures, writes its files, or after its end.
TEST(Faults, KillAtAnyMomentLeavesFilesWholeAndTheSameCommandFinishes) {
    const auto folder = scratch_folder("any_moment");
    const auto command =
        "measure " + tiny_space(folder) + " -n 64 --visits 1 -o " + (folder / "m.csv").string();
    Rng rng(11);
    std::size_t before = 0;
    for (int round = 0; round < 10; ++round) {
        const pid_t child = start(command);
        std::this_thread::sleep_for(std::chrono::microseconds(rng.below(400000)));
        end(child);
        const auto now = fs::exists(folder / "study.sqlite") ? rows(folder / "study.sqlite") : 0;
        EXPECT_GE(now, before);
        before = now;
        if (fs::exists(folder / "m.csv")) {
            EXPECT_EQ(parse_csv(read_file(folder / "m.csv"), "m.csv").rows.size(), 64U);
        }
    }
    const auto last = run(command);
    ASSERT_EQ(last.code, 0) << last.text;
    EXPECT_EQ(rows(folder / "study.sqlite"), 64U) << "each once";
    EXPECT_EQ(parse_csv(read_file(folder / "m.csv"), "m.csv").rows.size(), 64U);
    const auto whole = read_file(folder / "m.csv");
    ASSERT_EQ(run(command).code, 0);
    EXPECT_EQ(read_file(folder / "m.csv"), whole);
}

TEST(Faults, AClockThatIsSetMeanwhileChangesNothing) {
    if (std::string(BLOCKSCOPE_CLOCK_STEPS).empty()) {
        GTEST_SKIP() << "sanitizers want to be loaded before everything else";
    }
    const auto folder = scratch_folder("clock");
    const auto study = folder / "study.sqlite";
    const std::string stepping = "LD_PRELOAD=" BLOCKSCOPE_CLOCK_STEPS " ";
    // the preloaded library does what it should
    const auto years = run_shell(stepping + "date +%s; " + "date +%s");
    std::istringstream seconds(years.text);
    long shown = 0;
    seconds >> shown;
    EXPECT_GT(std::abs(static_cast<double>(shown) - static_cast<double>(std::time(nullptr))),
              300 * 86400.0);
    const auto r = run_shell(stepping + BLOCKSCOPE_BINARY " measure " + tiny_space(folder) +
                             " -n 30 --visits 4 --budget 1000s -o " + (folder / "m.csv").string());
    ASSERT_EQ(r.code, 0) << r.text;
    const auto table = parse_csv(read_file(folder / "m.csv"), "m.csv");
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        EXPECT_EQ(table.number(i, table.column("visits")), 4);
        EXPECT_GT(table.number(i, table.column("latency_host_ms")), 0);
        EXPECT_LT(table.number(i, table.column("latency_host_ms")), 1e4);
    }
    EXPECT_EQ(sql(study,
                  "SELECT min(at_s) >= 0 AND max(at_s) < 86400 AND min(wall_ms) > 0 AND "
                  "max(wall_ms) < 86400000 FROM samples"),
              "1\n");
    EXPECT_EQ(sql(study, "SELECT total(seconds) BETWEEN 0 AND 86400 FROM evaluations"), "1\n");
    EXPECT_EQ(sql(study, "SELECT abs(julianday(started) - julianday('now')) > 300 FROM sessions"),
              "1\n")
        << "the date is the calendar's, and nothing else";
    // time-outs and pauses of runners neither
    const auto device =
        run_shell(stepping + BLOCKSCOPE_BINARY " measure " + tiny_space(folder) +
                  " -n 3 --visits 2 -o " + (folder / "d.csv").string() + " --metric 'run:[ -e " +
                  (folder / "up").string() + " ] || { touch " + (folder / "up").string() +
                  "; exit 1; }; echo 3 # {arch}#timeout=100s,backoff=0.01,retries=2,cache=" +
                  (folder / "onnx").string() + "'");
    EXPECT_EQ(device.code, 0) << device.text;
    const auto rows_of = parse_csv(read_file(folder / "d.csv"), "d.csv");
    EXPECT_NEAR(rows_of.number(0, rows_of.column("latency_run_ms")), 3, 1e-9);
}

TEST(DeviceMap, SharesTheNetworksAmongItsDevices) {
    const auto folder = scratch_folder("devices");
    const auto log = folder / "log";
    const auto map = folder / "devices.txt";
    write_file(map, "# of the rack\nboard1\n\n  board2  # the new one\n");
    write_file(folder / "archs.csv",
               run("sample " + tiny_space(folder) + " -n 12 --quiet -o -").text);
    const auto command = [&](const std::string& options) {
        return "evaluate " + tiny_space(folder) + " --archs " + (folder / "archs.csv").string() +
               " --metric macs --metric 'run:echo {device} >> " + log.string() +
               "; sleep 0.02; echo 3 # {arch}#cache=" + (folder / "onnx").string() + options +
               "' --device-map " + map.string();
    };
    const auto r = run(command(",name=x"));
    ASSERT_EQ(r.code, 0) << r.text;
    EXPECT_THAT(r.text, HasSubstr("arch,resolution,macs,latency_x_ms"));
    const auto seen = read_file(log);
    EXPECT_THAT(seen, HasSubstr("board1\n"));
    EXPECT_THAT(seen, HasSubstr("board2\n"));
    EXPECT_THAT(run(command(",devices=a")).text, HasSubstr("and so does --device-map"));
    write_file(map, "a\nb c\n");
    const auto blank = run(command(""));
    EXPECT_EQ(blank.code, 3);
    EXPECT_THAT(blank.text, HasSubstr("devices.txt:2: 'b c' cannot name a device"));
    write_file(map, "a\na\n");
    EXPECT_THAT(run(command("")).text, HasSubstr("devices.txt:2: device 'a' is there already"));
    write_file(map, "#\n");
    EXPECT_THAT(run(command("")).text, HasSubstr("devices.txt: names no device"));
}

}  // namespace
}  // namespace blockscope
