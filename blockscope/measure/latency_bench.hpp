#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "blockscope/base/progress.hpp"
#include "blockscope/measure/latency_engine.hpp"
#include "blockscope/measure/quality.hpp"
#include "blockscope/measure/reference_runs.hpp"

namespace blockscope {

/// A batch of networks, in its order. Entries of failed networks are NaN.
struct LatencyResult {
    std::vector<double> latency_ms;  ///< median over visits, drift divided out
    std::vector<double> spread_ms;   ///< standard error from the visits; empty for one visit
    std::vector<std::pair<std::size_t, std::string>> failures;
    /// Every timed run that happened, those of the reference network since the last call included,
    /// its warm-up too.
    std::vector<LatencySample> samples;
};

/// Measures networks of one space at one resolution on this machine. A reference network runs until
/// it has settled, and is visited every `reference_interval_s` then; each time is multiplied by the
/// reference's time of LatencyOptions over its smoothed value at that moment, so slow drift of the
/// machine cancels. Layers prepared once are kept, so a network costs well under a millisecond to
/// build.
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
    /// Runs of each visit, of which it is the mean (ReferenceRuns).
    int runs_in_a_row() const;
    /// What latencies are scaled to.
    double reference_ms() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace blockscope
