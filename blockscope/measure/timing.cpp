#include "blockscope/measure/timing.hpp"

#include <ctime>
#include <utility>
#include <vector>

#include "blockscope/base/random.hpp"
#include "blockscope/measure/median.hpp"

namespace blockscope {

double ms_between(Clock::time_point a, Clock::time_point b) {
    return std::chrono::duration<double, std::milli>(b - a).count();
}

double thread_cpu_ms() {
    timespec t{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return 1e3 * static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_nsec);
}

double clock_step_ms(bool by_cpu_time) {
    std::vector<double> looks(201);
    for (double& look : looks) {
        look = by_cpu_time ? thread_cpu_ms() : ms_between({}, Clock::now());
    }
    std::vector<double> steps;
    for (std::size_t i = 1; i < looks.size(); ++i) {
        // a coarse clock stands still between most looks
        if (looks[i] > looks[i - 1]) steps.push_back(looks[i] - looks[i - 1]);
    }
    return steps.empty() ? looks.back() - looks.front() : median(std::move(steps));
}

Timing timed_run(PreparedNetwork& network, int runs) {
    const auto start = Clock::now();
    const double cpu = thread_cpu_ms();
    for (int i = 0; i < runs; ++i) network.run();
    const double cpu_ms = thread_cpu_ms() - cpu;
    return {ms_between(start, Clock::now()) / runs, cpu_ms / runs};
}

void fill_with_noise(std::span<float> input, std::uint64_t seed) {
    Rng rng(seed);
    for (float& v : input) v = static_cast<float>(2 * rng.uniform() - 1);
}

}  // namespace blockscope
