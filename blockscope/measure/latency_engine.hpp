#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "blockscope/measure/affinity.hpp"
#include "blockscope/runtime/engine.hpp"

namespace blockscope {

struct LatencyOptions {
    std::string engine = "onednn";
    EngineOptions run;                  ///< threads and batch
    Cores affinity;                     ///< that may run networks; empty: as the process may
    std::uint64_t seed = 1;             ///< of weights, images and the order of visits
    int visits = 4;                     ///< of each network in a batch, spread over its measuring
    double reference_interval_s = 0.2;  ///< shorter follows drift better and costs more time
    double smoothing_s = 1.0;           ///< width of the Gaussian that smooths the reference
    /// Time of the reference network that latencies are scaled to; 0: its first median here. What
    /// an earlier session measured makes this one's latencies comparable with that one's.
    double reference_ms = 0;
};

/// What benches of the same options share: an engine with all it prepared. Weights are those of any
/// resolution, so a second bench finds them packed and the memory of many stays that of one.
struct LatencyEngine {
    /// Throws Error for an engine that is not there.
    explicit LatencyEngine(const LatencyOptions& with);

    /// The network of an architecture, ready to be timed, with noise as its image. One whose layers
    /// had to be prepared first has run once untimed: first runs compile code and touch new memory.
    /// Throws Error when the engine refuses it.
    std::unique_ptr<PreparedNetwork> ready(const DesignSpace& space, const Architecture& a);

    LatencyOptions options;
    std::unique_ptr<Engine> engine;
    ParameterPool pool;
    ParameterPool reference_pool;  ///< never shares weights with a candidate

    /// What ready() took so far; no latency contains it.
    struct Preparation {
        double ms = 0;
        std::size_t networks = 0;
    };
    Preparation preparation;
};

}  // namespace blockscope
