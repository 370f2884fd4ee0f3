// How far two independent measuring runs agree: ./dev bench repeatability [-n N] [--spread 1%]
//
// Each run is a process-like start: its own bench, engine, study in memory, seed of weights and of
// the order; the same random networks of ofa-mbv3 at 224. Wanted on a machine of our own: Spearman
// of the two columns at least 0.995 and a median relative difference below 1 %; with a second
// process that loads one core half of the time 0.98 and 3 %, or the runs say that they cannot be
// trusted.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "blockscope/measure/median.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"
#include "blockscope/stats/rank_correlation.hpp"
#include "blockscope/study/repeated.hpp"

#include "benchmarks/report.hpp"

namespace blockscope {
namespace {

/// A process that computes for 50 ms and sleeps for 50 ms, until it is killed.
class HalfLoad {
public:
    HalfLoad() : pid_(::fork()) {
        while (pid_ == 0) {
            const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
            while (std::chrono::steady_clock::now() < until) {
            }
            ::usleep(50'000);
        }
    }
    ~HalfLoad() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    HalfLoad(const HalfLoad&) = delete;
    HalfLoad& operator=(const HalfLoad&) = delete;

private:
    pid_t pid_;
};

struct Run {
    std::vector<double> ms;
    MeasuringQuality quality;
    std::size_t doubted = 0;
    std::size_t visits = 0;
    double seconds = 0;
};

Run measure(const DesignSpace& space, const std::vector<Architecture>& archs,
            const std::string& engine, double spread, std::uint64_t seed) {
    Study study("");
    auto metric = make_metric("latency/host:engine=" + engine, space, seed);
    metric->measured()->set_visits(1);
    const auto context = context_of(*metric);
    const auto kept = remembered(std::move(metric), study, context);
    RepeatPlan plan;
    plan.visits = 60;
    plan.spread = spread;
    plan.seed = seed;
    const auto start = std::chrono::steady_clock::now();
    const auto results = measure_repeatedly(*kept, space, archs, plan, nullptr);
    Run run;
    run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    for (const auto& r : results) {
        run.ms.push_back(r.ms.value);
        run.doubted += r.doubts.empty() ? 0 : 1;
        run.visits += static_cast<std::size_t>(r.visits);
    }
    run.quality = *kept->quality(space, archs.front().resolution);
    return run;
}

std::string verdict(const Run& run) {
    return fmt::format("{} ({} networks doubted, {} visits, {:.0f} s)",
                       run.quality.trusted ? "trusted" : "NOT TRUSTED: " + run.quality.reason,
                       run.doubted, run.visits, run.seconds);
}

void compare(const char* name, const Run& a, const Run& b) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < a.ms.size(); ++i) ratios.push_back(b.ms[i] / a.ms[i]);
    const double common = median(ratios);
    std::vector<double> differences;
    std::vector<double> own;  // what a change of the whole machine's speed does not explain
    for (const double r : ratios) {
        differences.push_back(std::abs(r - 1));
        own.push_back(std::abs(r / common - 1));
    }
    const auto rho = spearman(a.ms, b.ms);
    fmt::print(
        "{}: Spearman {:.4f} ({:.4f} to {:.4f}), median relative difference {:.2f} %, largest "
        "{:.2f} %, of it common to all {:+.2f} %, median without that {:.2f} %\n  first run:  {}\n "
        " second run: {}\n",
        name, rho.value, rho.low, rho.high, 100 * median(differences),
        100 * *std::max_element(differences.begin(), differences.end()), 100 * (common - 1),
        100 * median(own), verdict(a), verdict(b));
}

}  // namespace

int report(int argc, char** argv) {
    std::size_t n = 100;
    double spread = 0.01;
    std::string engine = "onednn";
    for (int i = 1; i + 1 < argc; i += 2) {
        if (std::strcmp(argv[i], "-n") == 0) n = std::strtoul(argv[i + 1], nullptr, 10);
        if (std::strcmp(argv[i], "--spread") == 0) spread = std::strtod(argv[i + 1], nullptr) / 100;
        if (std::strcmp(argv[i], "--engine") == 0) engine = argv[i + 1];
    }
    const auto space = load_space("ofa-mbv3");
    const auto archs = sample(space, n, Rng(1), 224);
    fmt::print(
        "{} random networks of ofa-mbv3 at 224, {}, one thread, CPU time, {} % half-widths, "
        "seeds 1 to 4\n",
        n, engine, 100 * spread);
    const Run first = measure(space, archs, engine, spread, 1);
    const Run second = measure(space, archs, engine, spread, 2);
    compare("as the machine is", first, second);
    const HalfLoad load;
    const Run third = measure(space, archs, engine, spread, 3);
    const Run fourth = measure(space, archs, engine, spread, 4);
    compare("beside a process that loads one core half of the time", third, fourth);
    return 0;
}

}  // namespace blockscope
