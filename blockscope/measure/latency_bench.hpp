#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "blockscope/base/progress.hpp"
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
};

/// One timed run. wall_ms and cpu_ms are as the clocks gave them.
struct LatencySample {
    std::size_t network = 0;  ///< index into the batch
    double at_s = 0;          ///< since the bench was set up
    double wall_ms = 0;
    double cpu_ms = 0;  ///< of the running thread
};

/// A batch of networks, in its order. Entries of failed networks are NaN.
struct LatencyResult {
    std::vector<double> latency_ms;  ///< median over visits, drift divided out
    std::vector<double> spread_ms;   ///< standard error from the visits; empty for one visit
    std::vector<std::pair<std::size_t, std::string>> failures;
    std::vector<LatencySample> samples;  ///< every timed run that happened
};

/// What the machine did while measuring, so far.
struct MeasuringQuality {
    std::size_t networks = 0;
    double seconds = 0;
    double reference_ms = 0;   ///< the reference network's time that latencies are scaled to
    double drift = 0;          ///< robust standard deviation of the smoothed reference, relative
    double wall_over_cpu = 1;  ///< median over timed runs
    bool by_cpu_time = true;   ///< one thread: CPU time, which preemption does not touch
    bool trusted = true;
    std::string reason;  ///< why not
};

/// Measures networks of one space at one resolution on this machine. A reference network (one
/// untimed and two timed runs) is visited every `reference_interval_s`; each time is multiplied by
/// the reference's first median over its smoothed value at that moment, so slow drift of the
/// machine cancels. A network whose layers had to be prepared first runs once untimed: first runs
/// compile code and touch new memory. Layers prepared once are kept, so a network costs well under
/// a millisecond to build.
class LatencyBench {
public:
    /// Throws Error for an engine that is not there.
    LatencyBench(const DesignSpace& space, int resolution, const LatencyOptions& options);
    ~LatencyBench();

    /// Visits the networks in random order, `visits` times each. Ends early when asked to, with NaN
    /// and the reason for networks that were not reached.
    /// A profile takes 1 visit and more networks, whose noise averages.
    LatencyResult measure(std::span<const Architecture> archs, int visits,
                          Progress* progress = nullptr);

    MeasuringQuality quality() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace blockscope
