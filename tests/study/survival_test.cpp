#include <chrono>
#include <csignal>
#include <functional>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "blockscope/base/random.hpp"
#include "blockscope/space/sampling.hpp"

#include "study_files.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;

/// Runs `work` in a process of its own, which ends without this one's clean-up.
pid_t in_child(const std::function<void()>& work) {
    const pid_t child = ::fork();
    if (child == 0) {
        work();
        ::_exit(0);
    }
    return child;
}

/// Text that a child sends here before it goes on.
class Pipe {
public:
    Pipe() { EXPECT_EQ(::pipe(ends_), 0); }
    ~Pipe() {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    template <typename T>
    void send(const T& value) {
        EXPECT_EQ(::write(ends_[1], &value, sizeof value), static_cast<ssize_t>(sizeof value));
    }
    /// False once every sender is gone and nothing is left.
    template <typename T>
    bool receive(T& value) {
        return ::read(ends_[0], &value, sizeof value) == static_cast<ssize_t>(sizeof value);
    }
    void close_sending_end() {
        ::close(ends_[1]);
        ends_[1] = -1;
    }

private:
    int ends_[2] = {-1, -1};
};

TEST(Study, TellsASecondProcessWhoHasIt) {
    const Folder folder;
    Pipe ready;
    const pid_t child = in_child([&] {
        const Study study(folder / "a.study");
        ready.send(1);
        ::pause();
    });
    int got = 0;
    ASSERT_TRUE(ready.receive(got));
    const auto message = message_of([&] { Study(folder / "a.study"); });
    EXPECT_THAT(message, HasSubstr("a.study: in use by process " + std::to_string(child)));
    EXPECT_EQ(message.find('\n'), std::string::npos);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    EXPECT_EQ(message_of([&] { Study(folder / "a.study"); }), "no error")
        << "the lock ends with its process";
}

TEST(Study, KeepsEveryRecordedRowOfKilledProcesses) {
    const Folder folder;
    const auto space = load_space("ofa-mbv3");
    constexpr std::size_t batch = 20;
    const auto archs = sample(space, batch, Rng(1), 224);
    Rng rng(7);
    std::size_t promised = 0;  // rows whose record() returned in some child
    std::size_t kept = 0;
    int killed_while_writing = 0;
    for (int round = 0; round < 25; ++round) {
        Pipe done;
        const pid_t child = in_child([&] {
            Study study(folder / "a.study");
            for (;;) {
                study.record(space, some_metric(), {}, archs,
                             column_of(std::vector<double>(batch, round)), 1);
                done.send(1);
            }
        });
        done.close_sending_end();
        std::size_t recorded = 0;
        int one = 0;
        // every other round dies while it certainly writes, the rest perhaps while it opens
        if (round % 2 == 0 && done.receive(one)) recorded += batch;
        std::this_thread::sleep_for(std::chrono::microseconds(rng.below(40000)));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        while (done.receive(one)) recorded += batch;
        killed_while_writing += recorded > 0 ? 1 : 0;
        promised += recorded;
        const std::size_t before = kept;
        kept = Study(folder / "a.study").evaluation_count();
        ASSERT_EQ(kept % batch, 0) << "half a batch";
        // one batch may have been committed without its promise getting out
        ASSERT_GE(kept, before + recorded);
        ASSERT_LE(kept, before + recorded + batch);
    }
    EXPECT_GE(killed_while_writing, 13);
    EXPECT_GE(kept, promised);
    Study study(folder / "a.study");
    study.record(space, some_metric(), {}, archs, column_of(std::vector<double>(batch, 99)), 1);
    EXPECT_EQ(study.values(space, some_metric(), "").tried.at(archs[0]).value, 99);
    EXPECT_EQ(study.evaluation_count(), kept + batch);
}

// A limit on the size of files stands in for the disk that is full.
TEST(Study, SaysInOneLineThatNothingMoreFitsAndKeepsTheRest) {
    const Folder folder;
    const auto space = load_space("ofa-mbv3");
    const auto archs = sample(space, 500, Rng(1), 224);
    struct Outcome {
        std::size_t recorded;
        int fault;
        char message[200];
    };
    Pipe outcome;
    const pid_t child = in_child([&] {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{1 << 20, 1 << 20};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        Outcome result{0, -1, ""};
        try {
            Study study(folder / "a.study");
            for (int i = 0; i < 1000; ++i) {
                study.record(space, some_metric(), {}, archs,
                             column_of(std::vector<double>(archs.size(), 1)), 1);
                result.recorded += archs.size();
            }
        } catch (const Error& e) {
            result.fault = static_cast<int>(e.fault());
            std::string(e.what()).copy(result.message, sizeof result.message - 1);
        }
        outcome.send(result);
    });
    outcome.close_sending_end();
    Outcome result{0, -1, ""};
    ASSERT_TRUE(outcome.receive(result));
    ::waitpid(child, nullptr, 0);
    EXPECT_EQ(result.fault, static_cast<int>(Fault::runtime));
    EXPECT_THAT(result.message, HasSubstr("everything recorded before is kept"));
    EXPECT_GT(result.recorded, 0);
    EXPECT_EQ(Study(folder / "a.study").evaluation_count(), result.recorded);
}

}  // namespace
}  // namespace blockscope
