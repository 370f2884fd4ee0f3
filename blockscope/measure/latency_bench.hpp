#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "blockscope/base/progress.hpp"
#include "blockscope/measure/quality.hpp"
#include "blockscope/runtime/engine.hpp"

namespace blockscope {

/// The network every drift correction refers to: middle depth, width and block everywhere.
Architecture reference_architecture(const DesignSpace& space, int resolution);

struct LatencyOptions {
    std::string engine = "onednn";
    EngineOptions run;                  ///< threads and batch
    std::uint64_t seed = 1;             ///< of weights, images and the order of visits
    int visits = 4;                     ///< of each network in a batch, spread over its measuring
    double reference_interval_s = 0.2;  ///< shorter follows drift better and costs more time
    double smoothing_s = 1.0;           ///< width of the Gaussian that smooths the reference
    /// Time of the reference network that latencies are scaled to; 0: its first median here. What
    /// an earlier session measured makes this one's latencies comparable with that one's.
    double reference_ms = 0;
};

/// A batch of networks, in its order. Entries of failed networks are NaN.
struct LatencyResult {
    std::vector<double> latency_ms;  ///< median over visits, drift divided out
    std::vector<double> spread_ms;   ///< standard error from the visits; empty for one visit
    std::vector<std::pair<std::size_t, std::string>> failures;
    /// Every timed run that happened, those of the reference network since the last call included.
    std::vector<LatencySample> samples;
};

/// What benches of the same options share: an engine with all it prepared. Weights are those of any
/// resolution, so a second bench finds them packed and the memory of many stays that of one.
struct LatencyEngine {
    /// Throws Error for an engine that is not there.
    explicit LatencyEngine(const LatencyOptions& options);

    std::unique_ptr<Engine> engine;
    ParameterPool pool;
    ParameterPool reference_pool;  ///< never shares weights with a candidate
};

/// Measures networks of one space at one resolution on this machine. A reference network (one
/// untimed and two timed runs) is visited every `reference_interval_s`; each time is multiplied by
/// the reference's time of LatencyOptions over its smoothed value at that moment, so slow drift of
/// the machine cancels. A network whose layers had to be prepared first runs once untimed: first
/// runs compile code and touch new memory. Layers prepared once are kept, so a network costs well
/// under a millisecond to build.
class LatencyBench {
public:
    /// shared: of the same options; null for one of its own. Throws Error for an engine that is not
    /// there.
    LatencyBench(const DesignSpace& space, int resolution, const LatencyOptions& options,
                 std::shared_ptr<LatencyEngine> shared = nullptr);
    ~LatencyBench();

    /// Visits the networks in random order, `visits` times each. Ends early when asked to, with NaN
    /// and the reason for networks that were not reached.
    /// A profile takes 1 visit and more networks, whose noise averages.
    LatencyResult measure(std::span<const Architecture> archs, int visits,
                          Progress* progress = nullptr);

    /// Of everything measured so far.
    MeasuringQuality quality() const;
    /// Lowering and preparing, and a first run where something was new; no latency contains it.
    struct Preparation {
        double ms = 0;
        std::size_t visits = 0;
    };
    Preparation preparation() const;
    /// What latencies are scaled to.
    double reference_ms() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace blockscope
