// Several processes through MPI, with ranks that hang, die and lose their devices. Four ranks share
// the cores of whatever machine this runs on; nothing here is timed.
#include <cctype>
#include <cstdlib>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/random.hpp"
#include "blockscope/space/space_file.hpp"

#include "background.hpp"
#include "program.hpp"
#include "tests/supernet/checkpoint_file.hpp"
#include "tests/supernet/fill.hpp"
#include "tests/supernet/image_tree.hpp"
#include "tests/supernet/tiny_space.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class Ranks : public testing::Test {
protected:
    void SetUp() override {
        if (std::string(BLOCKSCOPE_MPIRUN).empty()) {
            GTEST_SKIP()
                << "this build has no MPI (libopenmpi-dev, openmpi-bin), or has sanitizers";
        }
        folder_ = scratch_folder("ranks");
        space_ = tiny_space(folder_);
        (void)run("sample " + space_ + " -n 40 -o " + (folder_ / "archs.csv").string());
        write_file(folder_ / "devices.txt", "d0\nd1\nd2\nd3\n");
    }

    /// The command line up to the program's arguments.
    static std::string mpirun(int ranks, const std::string& options = "") {
        return "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 " BLOCKSCOPE_MPIRUN
               " -q --oversubscribe --bind-to none " +
               options + " -n " + std::to_string(ranks) + " " BLOCKSCOPE_BINARY " ";
    }
    /// Networks whose runner prints a number of their text, after a command of the shell.
    std::string evaluate(const std::string& before, const std::string& out = "out.csv") const {
        return "evaluate " + space_ + " --archs " + (folder_ / "archs.csv").string() +
               " --device-map " + (folder_ / "devices.txt").string() + " -o " +
               (folder_ / out).string() + " --metric 'run:" + before + " echo {arch} >> " +
               (folder_ / "log").string() +
               "; echo 3 # {arch}#retries=0,timeout=30s,cache=" + (folder_ / "onnx").string() +
               "' ";
    }
    void expect_complete(const std::string& out = "out.csv") const {
        const auto table = parse_csv(read_file(folder_ / out), out);
        ASSERT_EQ(table.rows.size(), 40U);
        for (std::size_t i = 0; i < 40; ++i) {
            EXPECT_NEAR(table.number(i, table.column("latency_run_ms")), 3, 1e-9) << i;
        }
        EXPECT_EQ(sql(study(), "SELECT count(DISTINCT arch) FROM evaluations"), "40\n");
    }
    fs::path study() const { return folder_ / "study.sqlite"; }

    fs::path folder_;
    std::string space_;
};

TEST_F(Ranks, GiveTheNumbersOfOneProcessInItsOrder) {
    write_file(folder_ / "net.toml", tiny_space_toml);
    put_images(folder_ / "images", "val", 6);
    put_images(folder_ / "images", "train", 6);
    const auto space = load_space((folder_ / "net.toml").string());
    write_file(folder_ / "net.pth", checkpoint_file(filled_file(space), false, true));
    const std::string metric = "'supernet:" + (folder_ / "net.pth").string() + "@" +
                               (folder_ / "images").string() +
                               "#cache=" + (folder_ / "cache").string() + "'";
    const auto file = [&](const std::string& name) { return (folder_ / name).string(); };
    (void)run("sample " + file("net.toml") + " -n 12 --resolution 16,24 -o " + file("a.csv"));
    const std::string evaluating = "evaluate " + file("net.toml") + " --archs " + file("a.csv") +
                                   " --threads 1 --metric " + metric + " --metric macs ";
    const std::string searching = "search " + file("net.toml") +
                                  " --minimize macs --initial 6 --iterations 2 --children 6 "
                                  "--threads 1 --maximize " +
                                  metric + " --resolution 16 ";
    const auto alone = run(evaluating + "--study " + file("1.sqlite") + " -o " + file("1.csv"));
    ASSERT_EQ(alone.code, 0) << alone.text;
    ASSERT_EQ(run(searching + "-o " + file("search1")).code, 0);
    for (const int ranks : {2, 4}) {
        const std::string n = std::to_string(ranks);
        const auto r = run_shell(mpirun(ranks) + evaluating + "--study " + file(n + ".sqlite") +
                                 " -o " + file(n + ".csv"));
        ASSERT_EQ(r.code, 0) << r.text;
        EXPECT_EQ(read_file(file(n + ".csv")), read_file(file("1.csv")));
        EXPECT_EQ(rows(file(n + ".sqlite")), rows(file("1.sqlite")));
    }
    // one network for four ranks: each takes a part of the images
    const std::string one = "evaluate " + file("net.toml") + " --arch e2k5-e1k3@16 --threads 1 " +
                            "--metric " + metric.substr(0, metric.size() - 1) + ",batch=4' ";
    const auto whole = run(one);
    ASSERT_EQ(whole.code, 0) << whole.text;
    EXPECT_EQ(run_shell(mpirun(4) + one).text, whole.text);
    const auto searched = run_shell(mpirun(3) + searching + "-o " + file("search3"));
    ASSERT_EQ(searched.code, 0) << searched.text;
    for (const char* name : {"/front.csv", "/history.csv"}) {
        EXPECT_EQ(read_file(file("search3") + name), read_file(file("search1") + name));
    }
}

TEST_F(Ranks, HaveADeviceEachAndSayWhereTheyMeasured) {
    const auto r = run_shell(
        mpirun(4) + evaluate("sleep 0.01; echo {device} >> " + (folder_ / "seen").string() + ";"));
    ASSERT_EQ(r.code, 0) << r.text;
    expect_complete();
    std::set<std::string> seen;
    for (const auto& row : parse_csv("device\n" + read_file(folder_ / "seen"), "").rows) {
        seen.insert(row.front());
    }
    EXPECT_EQ(seen, (std::set<std::string>{"d0", "d1", "d2", "d3"}));
    EXPECT_EQ(sql(study(), "SELECT count(*) FROM contexts WHERE facts LIKE '%host%device%d_%'"),
              "4\n");
    EXPECT_EQ(sql(study(),
                  "SELECT count(*) FROM (SELECT session FROM evaluations GROUP BY session "
                  "HAVING count(DISTINCT context) = 1)"),
              "4\n");
    EXPECT_THAT(r.text, HasSubstr("stand beside those from d0"));
    // the same command with any number of ranks finds it all
    const auto size = fs::file_size(folder_ / "log");
    for (const auto& again : {mpirun(2), std::string(BLOCKSCOPE_BINARY) + " "}) {
        ASSERT_EQ(run_shell(again + evaluate("sleep 0.01; echo {device} >> " +
                                             (folder_ / "seen").string() + ";"))
                      .code,
                  0);
    }
    EXPECT_EQ(fs::file_size(folder_ / "log"), size);
}

TEST_F(Ranks, MeasureAndProfileTogether) {
    const std::string measuring = "measure " + space_ + " -n 6 --visits 3 -o " +
                                  (folder_ / "m.csv").string() + " --metric latency/host";
    const auto measured = run_shell(mpirun(2) + measuring);
    ASSERT_EQ(measured.code, 0) << measured.text;
    EXPECT_THAT(measured.text, HasSubstr("measures on the same device as another rank"));
    const auto table = parse_csv(read_file(folder_ / "m.csv"), "m.csv");
    ASSERT_EQ(table.rows.size(), 6U);
    for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(table.number(i, table.column("visits")), 3);
    EXPECT_EQ(sql(study(), "SELECT facts LIKE '%host%' FROM contexts"), "1\n");
    const auto profiled =
        run_shell(mpirun(3) + "profile " + space_ + " --metric latency/host --budget 60 -o " +
                  (folder_ / "p").string());
    ASSERT_EQ(profiled.code, 0) << profiled.text;
    EXPECT_EQ(rows(folder_ / "p/study.sqlite"), 60U);
    EXPECT_THAT(read_file(folder_ / "p/profile.json"), HasSubstr("processes, whose differences"));
}

TEST_F(Ranks, GoOnWithoutOneThatHangs) {
    const auto flag = (folder_ / "stopped").string();
    const auto r = run_shell(mpirun(4) +
                             evaluate("[ {device} = d2 ] && [ ! -e " + flag + " ] && touch " +
                                      flag + " && kill -STOP $PPID; sleep 0.02;") +
                             "--watchdog 1");
    ASSERT_EQ(r.code, 0) << r.text;
    EXPECT_TRUE(fs::exists(flag));
    EXPECT_THAT(r.text, HasSubstr("is silent, others get its work"));
    expect_complete();
}

TEST_F(Ranks, GoOnWithoutOneThatDiesWhereMpiLetsThem) {
    const auto flag = (folder_ / "killed").string();
    const auto r = run_shell(mpirun(4, "--enable-recovery") +
                             evaluate("[ {device} = d1 ] && [ ! -e " + flag + " ] && touch " +
                                      flag + " && kill -KILL $PPID; sleep 0.02;") +
                             "--watchdog 1");
    ASSERT_EQ(r.code, 0) << r.text;
    EXPECT_TRUE(fs::exists(flag));
    EXPECT_THAT(r.text, HasSubstr("is silent, others get its work"));
    expect_complete();
}

TEST_F(Ranks, GoOnWithoutOneThatLosesItsDevice) {
    const auto r = run_shell(mpirun(4) + evaluate("[ {device} = d3 ] && exit 1; sleep 0.02;"));
    ASSERT_EQ(r.code, 0) << r.text;
    EXPECT_THAT(r.text, HasSubstr("gets no more work: device d3 lost"));
    expect_complete();
    const auto none = run_shell(mpirun(2) + evaluate("exit 1;") + "--study " +
                                (folder_ / "none.sqlite").string());
    EXPECT_EQ(none.code, 5) << none.text;
    EXPECT_THAT(none.text, HasSubstr("no rank of 2 is left to go on"));
}

TEST_F(Ranks, ThatDieWithTheirJobLeaveTheStudyForTheSameCommand) {
    const auto flag = (folder_ / "killed").string();
    const auto command =
        evaluate("[ $(wc -l < " + (folder_ / "log").string() + ") -gt 110 ] && [ ! -e " + flag +
                 " ] && touch " + flag + " && kill -KILL $PPID; sleep 0.01;");
    const auto r = run_shell(mpirun(4) + command);
    EXPECT_NE(r.code, 0);
    EXPECT_TRUE(fs::exists(flag));
    const auto kept = rows(study());
    EXPECT_GT(kept, 0U);
    EXPECT_LT(kept, 40U);
    EXPECT_EQ(sql(study(), "PRAGMA integrity_check"), "ok\n");
    const auto rest = run_shell(mpirun(3) + command);
    ASSERT_EQ(rest.code, 0) << rest.text;
    EXPECT_EQ(rows(study()), 40U) << "nothing that was stored is evaluated again";
    expect_complete();
}

// As the end of a time limit and scancel do it; mpirun leaves its ranks a second.
TEST_F(Ranks, ToldToStopWriteWhatThereIs) {
    const auto command = mpirun(3) + evaluate("sleep 0.05;");
    const pid_t job = ::fork();
    if (job == 0) {
        const std::string whole =
            "exec env " + command + " >/dev/null 2>" + (folder_ / "said").string();
        ::execl("/bin/sh", "sh", "-c", whole.c_str(), nullptr);
        ::_exit(127);
    }
    ASSERT_TRUE(happens(job, [&] { return fs::exists(study()) && rows(study()) > 0; }));
    ::kill(job, SIGTERM);
    int status = 0;
    ::waitpid(job, &status, 0);
    EXPECT_NE(status, 0);
    EXPECT_LT(rows(study()), 40U);
    const auto table = parse_csv(read_file(folder_ / "out.csv"), "out.csv");
    EXPECT_EQ(table.rows.size(), 40U) << "evaluated or with the reason why not";
    EXPECT_EQ(run_shell(command).code, 0);
    expect_complete();
}

// At any moment: while ranks start, open the metric, evaluate, or rank 0 writes its file.
TEST_F(Ranks, KilledAtAnyMomentLoseNothingThatWasStored) {
    const auto command = mpirun(4) + evaluate("sleep 0.01;");
    Rng rng(5);
    std::size_t before = 0;
    for (int round = 0; round < 5; ++round) {
        const pid_t job = ::fork();
        if (job == 0) {
            const std::string whole = "exec env " + command + " >/dev/null 2>&1";
            ::execl("/bin/sh", "sh", "-c", whole.c_str(), nullptr);
            ::_exit(127);
        }
        std::this_thread::sleep_for(std::chrono::microseconds(200000 + rng.below(900000)));
        end(job);  // mpirun; its ranks notice and end too
        for (int i = 0;
             i < 500 && run_shell("pgrep -f " + (folder_ / "out.csv").string() + " | grep -v $$")
                                .text.find_first_of("0123456789") != std::string::npos;
             ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        const auto now = fs::exists(study()) ? rows(study()) : 0;
        EXPECT_GE(now, before);
        before = now;
    }
    const auto last = run_shell(command);
    ASSERT_EQ(last.code, 0) << last.text;
    EXPECT_EQ(rows(study()), 40U) << "each once";
    expect_complete();
}

TEST_F(Ranks, SayOnceWhatIsWrong) {
    const auto usage = run_shell(mpirun(3) + "evaluate " + space_ + " --nonsense");
    EXPECT_EQ(usage.code, 2);
    EXPECT_EQ(usage.text.find("nonsense"), usage.text.rfind("--nonsense") + 2) << usage.text;
    const auto counted = run_shell(mpirun(3) + "evaluate " + space_ + " --metric macs --archs " +
                                   (folder_ / "archs.csv").string());
    EXPECT_EQ(counted.code, 0);
    EXPECT_EQ(counted.text, run("evaluate " + space_ + " --metric macs --archs " +
                                (folder_ / "archs.csv").string())
                                .text);
}

// One machine as two hosts: two network namespaces with an address each, host names of their own,
// and a stand-in for ssh that starts the second host's processes.
TEST_F(Ranks, OfTwoHostsMeasureSideBySide) {
    if (run_shell("unshare --net --uts true && ip netns list").code != 0) {
        GTEST_SKIP() << "no network namespaces may be made here, or there is no ip command";
    }
    write_file(folder_ / "agent",
               "#!/bin/sh\nshift\nexec ip netns exec $NS_B unshare --uts sh -c "
               "\"hostname second; $*\"\n");
    fs::permissions(folder_ / "agent", fs::perms::owner_all);
    const std::string id = std::to_string(::getpid() % 100000);
    const std::string net = "10.213." + std::to_string(::getpid() % 250) + ".";
    const std::string script =
        "set -e; A=bs" + id + "a; export NS_B=bs" + id +
        "b\n"
        "trap 'ip netns del $A 2>/dev/null; ip netns del $NS_B 2>/dev/null; true' EXIT\n"
        "ip netns add $A; ip netns add $NS_B\n"
        "ip link add bs" +
        id + "v netns $A type veth peer name bs" + id +
        "w netns $NS_B\n"
        "ip -n $A addr add " +
        net + "1/24 dev bs" + id +
        "v\n"
        "ip -n $NS_B addr add " +
        net + "2/24 dev bs" + id +
        "w\n"
        "for n in $A $NS_B; do ip -n $n link set lo up; done\n"
        "ip -n $A link set bs" +
        id + "v up; ip -n $NS_B link set bs" + id + "w up\n";
    if (run_shell(script).code != 0) {
        GTEST_SKIP() << "network namespaces cannot be connected here";
    }
    const std::string options = "--mca plm_rsh_agent " + (folder_ / "agent").string() +
                                " --mca btl tcp,self --mca btl_tcp_if_include " + net +
                                "0/24 --mca oob_tcp_if_include " + net + "0/24 --host " + net +
                                "1:2," + net + "2:2 --map-by node";
    const std::string body =
        "hostname first\nexport OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1\n" +
        mpirun(4, options) + evaluate("sleep 0.01;") + "\n";
    write_file(folder_ / "job", body);
    write_file(folder_ / "all",
               script + "ip netns exec $A unshare --uts sh " + (folder_ / "job").string() + "\n");
    const auto r = run_shell("sh " + (folder_ / "all").string());
    ASSERT_EQ(r.code, 0) << r.text;
    EXPECT_THAT(r.text, HasSubstr("of second (rank"));
    expect_complete();
    EXPECT_EQ(sql(study(), "SELECT count(*) FROM contexts WHERE facts LIKE '%second%'"), "2\n");
    EXPECT_EQ(sql(study(), "SELECT count(*) FROM contexts WHERE facts LIKE '%first%'"), "2\n");
}

}  // namespace
}  // namespace blockscope
