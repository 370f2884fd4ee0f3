#pragma once

#include <string>
#include <vector>

#include "blockscope/base/progress.hpp"
#include "blockscope/measure/latency_engine.hpp"
#include "blockscope/stats/estimate.hpp"

namespace blockscope {

/// How much of this processor an engine uses on one network.
struct EngineShare {
    EngineReport engine;
    std::string failure;  ///< why there are no numbers though it is available
    Estimate ms;
    Estimate of_default;     ///< its time over the default engine's, in the same rounds
    double gflop_per_s = 0;  ///< 2 FLOP for a multiply-accumulate
    double peak_share = 0;   ///< of fma_peak_gflops, measured in the same rounds
};

struct EngineComparison {
    Architecture network;
    double macs = 0;  ///< of the batch
    double peak_gflops = 0;
    std::vector<EngineShare> engines;  ///< those that are not there too
};

/// The network in the middle of 1,001 random ones by MACs.
Architecture median_network(const DesignSpace& space, int resolution, std::uint64_t seed);

/// Runs a network on every engine there is, the engines in a new random order each round: one
/// untimed run and a timed one. options.engine does not matter.
EngineComparison compare_engines(const DesignSpace& space, const Architecture& network,
                                 const LatencyOptions& options, int rounds, double level,
                                 Progress* progress = nullptr);

/// "the default engine is within 15 % of the fastest", or how far it is from that. A difference
/// whose interval crosses 15 % is told as not known.
std::string verdict_on_default(const EngineComparison& comparison);

}  // namespace blockscope
