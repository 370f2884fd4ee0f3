#pragma once

#include <span>
#include <string>
#include <vector>

#include "blockscope/base/progress.hpp"
#include "blockscope/measure/latency_engine.hpp"
#include "blockscope/measure/quality.hpp"

namespace blockscope {

/// The steps of one network, timed where they run: in runs of the whole network, with a look at the
/// clock between two steps. Caches are as they are then, which a loop over one operator would hide.
struct TimedOperators {
    NetworkGraph network;
    std::vector<RunStep> steps;
    std::vector<std::vector<double>> step_ms;  ///< [visit][step], drift and the looks taken out
    std::vector<double> whole_ms;              ///< [visit], of runs without looks at the clock
    std::string failure;                       ///< why there are no visits
};

struct OperatorTimes {
    std::vector<TimedOperators> networks;  ///< in the order that was asked for
    double peak_gflops = 0;  ///< median of fma_peak_gflops beside each round, on as many threads
    double look_us = 0;      ///< what a look at the clock takes
    MeasuringQuality quality;
};

/// Visits networks of one resolution round by round, each twice a round and all in a new random
/// order: once step by step, once as a whole. Everything else is as LatencyBench does it.
/// budget_s: no further round after that; 0: none. At least one round is made, unless asked to
/// stop.
/// Throws Error for an engine that is not there or does not show its steps.
OperatorTimes time_operators(const DesignSpace& space, std::span<const Architecture> archs,
                             const LatencyOptions& options, int visits, double budget_s,
                             Progress* progress = nullptr);

}  // namespace blockscope
