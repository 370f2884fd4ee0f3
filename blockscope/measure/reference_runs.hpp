#pragma once

#include <memory>
#include <span>
#include <vector>

#include "blockscope/measure/latency_engine.hpp"
#include "blockscope/measure/quality.hpp"
#include "blockscope/measure/timing.hpp"

namespace blockscope {

/// The network every drift correction refers to: middle depth, width and block everywhere.
Architecture reference_architecture(const DesignSpace& space, int resolution);

/// The reference network's runs beside those of the candidates.
class ReferenceRuns {
public:
    /// Runs it until it has settled (warm_up.hpp), 96 times or for 3 s at most, then visits it
    /// seven times.
    ReferenceRuns(LatencyEngine& engine, const DesignSpace& space, int resolution,
                  LatencyOptions options);

    /// How many runs in a row a timing takes, so that it is 2,000 steps of the clock or more: one,
    /// unless networks are very fast or the clock is coarse; at most 1,000.
    int runs_in_a_row() const { return runs_in_a_row_; }

    /// One untimed run, which brings its weights back into the caches, and two timed ones.
    void visit();
    /// If the last visit is LatencyOptions::reference_interval_s ago or longer.
    void visit_if_due();

    double elapsed_s() const { return 1e-3 * ms_between(start_, Clock::now()); }
    bool by_cpu_time() const { return options_.run.threads == 1; }
    double time_of(const Timing& t) const { return by_cpu_time() ? t.cpu_ms : t.wall_ms; }
    /// What latencies are scaled to: LatencyOptions::reference_ms, or the median of the first
    /// visits.
    double scale_ms() const { return scale_ms_; }
    /// A time measured at a moment, with the machine's drift divided out.
    double corrected(const Timing& t, double at_s) const;

    /// Timed runs of all visits, in order of time.
    std::span<const LatencySample> runs() const { return runs_; }
    /// The runs before the first visit; `visit` is -1.
    std::span<const LatencySample> warm_up() const { return warm_up_; }

private:
    LatencySample timed(int number);
    int needed_in_a_row() const;

    LatencyOptions options_;
    std::unique_ptr<PreparedNetwork> network_;
    Clock::time_point start_ = Clock::now();
    std::vector<LatencySample> warm_up_;
    std::vector<LatencySample> runs_;
    double scale_ms_ = 0;
    int runs_in_a_row_ = 1;
};

}  // namespace blockscope
