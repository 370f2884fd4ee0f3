#pragma once

#include <chrono>
#include <cstdint>
#include <span>

#include "blockscope/runtime/engine.hpp"

namespace blockscope {

using Clock = std::chrono::steady_clock;

double ms_between(Clock::time_point a, Clock::time_point b);

/// CPU time of the calling thread so far.
double thread_cpu_ms();

/// The shortest time that a clock tells apart: the median step between looks at it, one right after
/// the other. by_cpu_time: of the thread's CPU time, else of the steady clock.
double clock_step_ms(bool by_cpu_time);

/// One run by both clocks, or the mean of several in a row; cpu_ms of the calling thread alone.
struct Timing {
    double wall_ms = 0;
    double cpu_ms = 0;
};
Timing timed_run(PreparedNetwork& network, int runs = 1);

/// Seeded noise as the image: all zeros would let a kernel take short cuts.
void fill_with_noise(std::span<float> input, std::uint64_t seed);

}  // namespace blockscope
