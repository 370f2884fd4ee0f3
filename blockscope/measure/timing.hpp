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

/// One run by both clocks; cpu_ms of the calling thread alone.
struct Timing {
    double wall_ms = 0;
    double cpu_ms = 0;
};
Timing timed_run(PreparedNetwork& network);

/// Seeded noise as the image: all zeros would let a kernel take short cuts.
void fill_with_noise(std::span<float> input, std::uint64_t seed);

}  // namespace blockscope
