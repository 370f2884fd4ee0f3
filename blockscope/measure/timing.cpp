#include "blockscope/measure/timing.hpp"

#include <ctime>

#include "blockscope/base/random.hpp"

namespace blockscope {

double ms_between(Clock::time_point a, Clock::time_point b) {
    return std::chrono::duration<double, std::milli>(b - a).count();
}

double thread_cpu_ms() {
    timespec t{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return 1e3 * static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_nsec);
}

Timing timed_run(PreparedNetwork& network) {
    const auto start = Clock::now();
    const double cpu = thread_cpu_ms();
    network.run();
    return {ms_between(start, Clock::now()), thread_cpu_ms() - cpu};
}

void fill_with_noise(std::span<float> input, std::uint64_t seed) {
    Rng rng(seed);
    for (float& v : input) v = static_cast<float>(2 * rng.uniform() - 1);
}

}  // namespace blockscope
