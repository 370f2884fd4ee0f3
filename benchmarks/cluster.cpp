// What sharing work among processes costs: `./dev bench cluster`. Tasks of a known length stand in
// for evaluations; a process of two threads is compared with two ranks of MPI, which this program
// starts itself. Too slow: more than 50 us of rank 0 for a task, more than 1.1 times the two
// threads, less than 95 % of two ranks' time spent in tasks of 10 ms, less than 50,000 rows a
// second into a study.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "blockscope/base/parallel.hpp"
#include "blockscope/cluster/team_metric.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"
#include "blockscope/study/remembered.hpp"

#include "report.hpp"

namespace blockscope {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

double thread_cpu_s() {
    timespec t{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// Megabytes of this process that are in memory.
double resident_mb() {
    std::ifstream file("/proc/self/statm");
    long pages = 0;
    file >> pages >> pages;
    return 1e-6 * static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

/// One task: waits (a device at work) or computes for so long.
void task(double seconds, bool computes) {
    if (seconds <= 0) return;
    if (!computes) {
        std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
        return;
    }
    const double end = thread_cpu_s() + seconds;
    while (thread_cpu_s() < end) {
    }
}

class TaskMetric : public Metric {
public:
    TaskMetric(double seconds, bool computes) : seconds_(seconds), computes_(computes) {}
    const MetricInfo& info() const override { return info_; }
    MetricColumn evaluate(const DesignSpace&, std::span<const Architecture> archs,
                          Progress*) override {
        for (std::size_t i = 0; i < archs.size(); ++i) task(seconds_, computes_);
        return {std::vector<double>(archs.size(), 1.0), {}, {}};
    }

private:
    MetricInfo info_{"task", "task", "", Direction::neither, false, "waits", true};
    double seconds_;
    bool computes_;
};

OpenedMetric opened(const std::string& text) {
    return {std::make_shared<DesignSpace>(load_space("ofa-mbv3")),
            std::make_shared<TaskMetric>(std::atof(text.c_str() + 1), text[0] == 'c'),
            {}};
}

/// Two threads of this process share the tasks.
double alone_s(std::size_t tasks, double seconds, bool computes) {
    const auto start = Clock::now();
    parallel_chunks(tasks, 1, 2,
                    [&](std::size_t, std::size_t, std::size_t) { task(seconds, computes); });
    return seconds_since(start);
}

void row(Crew& crew, const DesignSpace& space, std::size_t tasks, double seconds, bool computes) {
    const std::string text = fmt::format("{}{}", computes ? 'c' : 'w', seconds);
    TeamMetric metric(opened(text), crew, [&](int) { return text; });
    const auto archs = sample(space, tasks, Rng(1), 224);
    (void)metric.evaluate(space, std::span(archs).first(std::min<std::size_t>(tasks, 64)), nullptr);
    const double cpu = thread_cpu_s();
    const auto start = Clock::now();
    (void)metric.evaluate(space, archs, nullptr);
    const double wall = seconds_since(start);
    const double own = thread_cpu_s() - cpu;
    const double ideal = static_cast<double>(tasks) * seconds / crew.size();
    const double two = seconds > 0 ? alone_s(tasks, seconds, computes) : 0;
    fmt::print("| {} tasks of {} ms, {} | {:.2f} s | {} | {} | {:.1f} us |\n", tasks, 1e3 * seconds,
               seconds <= 0 ? "nothing to do"
               : computes   ? "computing"
                            : "waiting",
               wall, two > 0 ? fmt::format("{:.2f} s, {:.3f}", two, wall / two) : "",
               seconds > 0 ? fmt::format("{:.1f} %", 100 * ideal / wall) : "",
               1e6 * own / static_cast<double>(tasks));
    std::fflush(stdout);
}

/// What `./dev bench cluster_scaling` takes for given: tasks of 1 ms, one a message, all of them
/// for the other ranks, because rank 0 sleeps over its first two.
void message_cost(Crew& crew, const DesignSpace& space) {
    const std::size_t tasks = 3000;
    const double message_s = std::exchange(crew.options().message_s, 0);
    TeamMetric metric(opened("w1"), crew, [](int) { return std::string("w0.001"); });
    const auto archs = sample(space, tasks, Rng(1), 224);
    const double cpu = thread_cpu_s();
    std::size_t answers = 0;
    std::size_t rows = 0;
    metric.evaluate_parts(space, archs, {}, nullptr, [&](const Arriving::Part& part) {
        answers += part.rows.empty() ? 0 : 1;
        rows += part.rows.size();
        return answers < tasks - 8;
    });
    const double own = thread_cpu_s() - cpu;
    crew.options().message_s = message_s;
    fmt::print(
        "\na message and its answer: {:.1f} us of rank 0, looks for messages included; {:.2f} "
        "architectures each\n",
        1e6 * own / static_cast<double>(answers),
        static_cast<double>(rows) / static_cast<double>(answers));
}

void lead(Crew& crew) {
    const auto space = load_space("ofa-mbv3");
    fmt::print("{} ranks; CPU time of rank 0 is that of the thread that hands out and collects\n\n",
               crew.size());
    fmt::print(
        "| | wall | two threads of one process, ratio | share of the ranks' time in tasks | "
        "rank 0, each task |\n|---|---|---|---|---|\n");
    row(crew, space, 200000, 0, false);
    row(crew, space, 20000, 1e-3, false);
    row(crew, space, 2000, 10e-3, false);
    row(crew, space, 20000, 1e-3, true);
    row(crew, space, 2000, 10e-3, true);
    message_cost(crew, space);
    const auto archs = sample(space, 100000, Rng(1), 224);
    TeamMetric metric(opened("w0"), crew, [](int) { return std::string("w0"); });
    fmt::print("\nmemory of rank 0, MB, after 1, 2, 3, ... times 100,000 tasks:");
    for (int i = 0; i < 8; ++i) {
        (void)metric.evaluate(space, archs, nullptr);
        fmt::print(" {:.0f}", resident_mb());
    }
    fmt::print("\n");
}

/// Rows as they arrive from ranks, into a file.
void study_rate() {
    const auto folder =
        std::filesystem::temp_directory_path() / fmt::format("blockscope_bench_{}", ::getpid());
    std::filesystem::create_directories(folder);
    const auto space = load_space("ofa-mbv3");
    const std::size_t rows = 200000;
    const auto archs = sample(space, rows, Rng(1), 224);
    {
        Study study(folder / "study.sqlite");
        const MetricColumn column{std::vector<double>(50, 1.0), {}, {}};
        const MetricInfo info = TaskMetric(0, false).info();
        const auto start = Clock::now();
        for (std::size_t i = 0; i < rows; i += 50) {
            study.record(space, info, {}, std::span(archs).subspan(i, 50), column, 1);
        }
        const double seconds = seconds_since(start);
        fmt::print("study: {:.0f} rows a second in transactions of 50, {:.1f} us each\n",
                   static_cast<double>(rows) / seconds, 1e6 * seconds / static_cast<double>(rows));
    }
    std::filesystem::remove_all(folder);
}

}  // namespace

int report(int argc, char** argv) {
    if (argc > 1 && std::string(argv[1]) == "--rank") {
        const auto team = join_team(true);
        if (team->rank() > 0) {
            serve(*team, opened);
            return 0;
        }
        Crew crew(*team, {});
        lead(crew);
        crew.dismiss(0);
        return 0;
    }
    study_rate();
    if (!team_support().built_in) {
        fmt::print("{}\n", team_support().text);
        return 0;
    }
    fmt::print("{}\n", team_support().text);
    std::fflush(stdout);
    const std::string ranks = argc > 1 ? argv[1] : "2";
    const std::string command =
        "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 mpirun -q --oversubscribe "
        "--bind-to none -n " +
        ranks + " " + std::filesystem::canonical("/proc/self/exe").string() + " --rank";
    return std::system(command.c_str()) == 0 ? 0 : 1;
}

}  // namespace blockscope
