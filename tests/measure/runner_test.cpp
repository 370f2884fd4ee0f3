#include "blockscope/measure/runner.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/measure/child_process.hpp"

namespace blockscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A shell script in a folder of its own, which it starts in.
class Script {
public:
    explicit Script(const std::string& text) {
        const auto* test = testing::UnitTest::GetInstance()->current_test_info();
        folder_ = std::filesystem::temp_directory_path() /
                  (std::string("blockscope_runner_") + test->name() + std::to_string(::getpid()));
        std::filesystem::create_directories(folder_);
        write_file(folder_ / "run.sh", "cd '" + folder_.string() + "'\n" + text);
    }
    ~Script() { std::filesystem::remove_all(folder_); }
    std::string command() const { return "sh " + (folder_ / "run.sh").string(); }
    std::filesystem::path folder() const { return folder_; }

private:
    std::filesystem::path folder_;
};

RunnerOptions quick(std::string command, int retries = 0) {
    return {std::move(command), "ms", 5, retries, 0.01};
}

const RunnerRequest request{"it's a.onnx", "e3k3|e6k7", "ofa-mbv3", 224};

std::string failure_of(RunnerOptions options) {
    try {
        Runner(std::move(options), "").ask(request, nullptr);
    } catch (const Error& e) {
        EXPECT_EQ(e.fault(), Fault::device);
        return e.what();
    }
    return "no failure";
}

std::vector<double> values_of(RunnerOptions options) {
    return Runner(std::move(options), "PIXEL 7").ask(request, nullptr).values;
}

TEST(ShellTemplate, GetsItsHolesFilledAndItsNumbersRead) {
    EXPECT_THAT(values_of(quick("echo 3.25; echo 3 # {onnx}")), ElementsAre(3.25, 3));
    const Script script(
        "[ \"$1\" = \"it's a.onnx\" ] && [ \"$2\" = 'PIXEL 7' ] && "
        "[ \"$3\" = 'e3k3|e6k7' ] && echo $4");
    EXPECT_THAT(values_of(quick(script.command() + " {onnx} {device} {arch} {resolution}")),
                ElementsAre(224));
    EXPECT_THAT(values_of(quick(R"(echo '{"values":[2500],"unit":"us"}' # {onnx})")),
                ElementsAre(2.5));
}

TEST(ShellTemplate, FailsWithWhatHappened) {
    EXPECT_THAT(failure_of(quick("echo no such device >&2; exit 7 # {onnx}")),
                HasSubstr("exit code 7 (it said 'no such device')"));
    EXPECT_THAT(failure_of(quick("kill -9 $$ # {onnx}")), HasSubstr("killed by signal 9"));
    EXPECT_THAT(failure_of(quick("true {onnx}")), HasSubstr("printed no number"));
    EXPECT_THAT(failure_of(quick("echo 3.1 ms # {onnx}")),
                HasSubstr("else than numbers: '3.1 ms'"));
    EXPECT_THAT(failure_of(quick("echo -3 # {onnx}")), HasSubstr("no measurement has"));
    EXPECT_THAT(failure_of(quick("echo nan # {onnx}")), HasSubstr("printed"));
    EXPECT_THAT(failure_of(quick("yes # {onnx}")), HasSubstr("more than 1 MiB"));
    RunnerOptions slow = quick("sleep 100 # {onnx}");
    slow.timeout_s = 0.1;
    EXPECT_THAT(failure_of(slow), HasSubstr("no answer within 0.1 s"));
    EXPECT_THAT(failure_of(quick("no-such-program {onnx}", 1)), HasSubstr("2 attempts"));
}

TEST(ShellTemplate, TakesItsChildrenAlongWhenItEnds) {
    const Script script("sleep 3600 & echo $! > child; wait");
    RunnerOptions slow = quick(script.command() + " {onnx}");
    slow.timeout_s = 0.5;
    failure_of(slow);
    const auto child = read_file(script.folder() / "child");
    // gone, or a zombie that nobody has waited for yet; on a loaded machine it dies a moment later
    std::string state = "not looked";
    for (int look = 0; look < 500 && !state.empty() && state != "Z" && state != "X"; ++look) {
        std::this_thread::sleep_for(std::chrono::milliseconds(look > 0 ? 10 : 0));
        std::ifstream status("/proc/" + child.substr(0, child.find('\n')) + "/stat");
        state.clear();
        status >> state >> state >> state;
    }
    EXPECT_TRUE(state.empty() || state == "Z" || state == "X") << state;
}

TEST(ShellTemplate, ComesBackWhenTheDeviceDoes) {
    const Script script("echo x >> tries; [ $(wc -l < tries) -ge 3 ] && echo 5.5");
    EXPECT_THAT(values_of(quick(script.command() + " {onnx}", 4)), ElementsAre(5.5));
}

TEST(Process, AnswersRequestsOneAfterTheOtherWithoutStartingAgain) {
    const Script script(
        "echo x >> starts\n"
        "while read line; do id=$(echo \"$line\" | sed 's/.*\"id\":\\([0-9]*\\).*/\\1/')\n"
        "  echo '{\"id\":999,\"values\":[1]}'; echo chatter\n"
        "  echo \"{\\\"id\\\":$id,\\\"values\\\":[$id.5, 2],\\\"unit\\\":\\\"ms\\\"}\"; done");
    Runner runner(quick(script.command()), "");
    EXPECT_THAT(runner.ask(request, nullptr).values, ElementsAre(1.5, 2));
    EXPECT_THAT(runner.ask(request, nullptr).values, ElementsAre(2.5, 2));
    EXPECT_EQ(read_file(script.folder() / "starts"), "x\n");
}

TEST(Process, MaySayThatItWillNotRunANetwork) {
    Runner runner(quick(R"(read line; echo '{"id":1,"error":"no 7x7"}'; sleep 9)", 3), "");
    const auto answer = runner.ask(request, nullptr);
    EXPECT_EQ(answer.refusal, "no 7x7");
    EXPECT_TRUE(answer.values.empty());
}

TEST(Process, IsStartedAgainWhenItDies) {
    const Script script(
        "echo x >> starts; n=$(wc -l < starts); read line\n"
        "[ $n -eq 3 ] || exit 3; echo '{\"id\":3,\"values\":[4]}'; read line");
    EXPECT_THAT(values_of(quick(script.command(), 5)), ElementsAre(4));
}

TEST(Process, FailsWithWhatHappened) {
    EXPECT_THAT(failure_of(quick("exit 0")), HasSubstr("without an answer"));
    EXPECT_THAT(failure_of(quick("read x; exit 4")), HasSubstr("exit code 4"));
    EXPECT_THAT(failure_of(quick(R"(read x; echo '{"id":1}'; sleep 9)")),
                HasSubstr("without 'values'"));
    EXPECT_THAT(failure_of(quick(R"(read x; echo '{"id":1,"values":["a"]}'; sleep 9)")),
                HasSubstr("without 'values'"));
    EXPECT_THAT(failure_of(quick(R"(read x; echo '{"id":1,"values":[1],"unit":"mJ"}'; sleep 9)")),
                HasSubstr("a unit that is not ms"));
    RunnerOptions rubbish = quick("printf '\\001\\377 what\\n'; sleep 9");
    rubbish.timeout_s = 0.2;
    EXPECT_THAT(failure_of(rubbish), HasSubstr("?? what"));
}

class StopAtOnce : public Progress {
    void update(std::string_view, double, double) override {}
    bool stop_requested() const override { return true; }
};

TEST(Process, IsLeftWhenAskedToStop) {
    const StopAtOnce stop;
    EXPECT_THROW(Runner(quick("sleep 100"), "").ask(request, &stop), Runner::Stopped);
}

TEST(ShellQuoted, KeepsAWordOneWord) { EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'"); }

}  // namespace
}  // namespace blockscope
