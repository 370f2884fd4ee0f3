#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace blockscope {

/// One timed run. wall_ms and cpu_ms are as the clocks gave them.
struct LatencySample {
    std::size_t network = 0;  ///< index into the batch; of no meaning for the reference network
    double at_s = 0;          ///< since the bench was set up
    double wall_ms = 0;
    double cpu_ms = 0;  ///< of the running thread
    int visit = 0;      ///< of the network's visits, from 0; -1: while the machine warmed up
    bool is_reference = false;
};

/// The reference network's runs are compared part by part.
inline constexpr std::size_t reference_parts = 8;

/// What the machine did while measuring.
struct MeasuringQuality {
    std::size_t networks = 0;
    double seconds = 0;
    double reference_ms = 0;  ///< the reference network's time that latencies are scaled to
    /// Relative standard error of that time, which all latencies share: from medians over
    /// reference_parts of its runs in order of time. NaN below 16 runs. What drifts slower than all
    /// sessions together shows in no such number.
    double reference_error = std::numeric_limits<double>::quiet_NaN();
    double drift = 0;          ///< robust standard deviation of the smoothed reference, relative
    double rise = 0;           ///< from the first to the last third of a session, the worst one's
    double wall_over_cpu = 1;  ///< median over timed runs
    std::size_t warm_up_runs = 0;  ///< of the reference network, of all sessions together
    bool settled = true;           ///< the end of the warm-up was seen in every session
    bool by_cpu_time = true;       ///< one thread: CPU time, which preemption does not touch
    bool trusted = true;
    std::string reason;  ///< why not
};

/// Gaussian-weighted mean of the reference network's runs around a moment; the runs in order of
/// time, at least one.
double smoothed_reference(std::span<const LatencySample> references, double at_s, double width_s,
                          bool by_cpu_time);

/// Warm-up, drift, wall over CPU time and the verdict from the timed runs of one or several
/// sessions, each in order of time and counting from its own start. reference_ms is the median over
/// all of them; networks and seconds are left to the caller.
MeasuringQuality measuring_quality(std::span<const std::vector<LatencySample>> sessions,
                                   bool by_cpu_time, double smoothing_s = 1.0);

}  // namespace blockscope
