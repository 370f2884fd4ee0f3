#include "blockscope/measure/quality.hpp"

#include <algorithm>
#include <cmath>

#include "blockscope/measure/doubts.hpp"
#include "blockscope/measure/median.hpp"
#include "blockscope/measure/warm_up.hpp"

namespace blockscope {
namespace {

/// At most 100 values, medians of what lies between: runs within a moment are no independent votes
/// on a trend, and its test is quadratic.
std::vector<double> thinned(const std::vector<double>& values) {
    constexpr std::size_t most = 100;
    if (values.size() <= most) return values;
    std::vector<double> medians;
    for (std::size_t i = 0; i < most; ++i) {
        const auto at = [&](std::size_t part) {
            return values.begin() + static_cast<std::ptrdiff_t>(part * values.size() / most);
        };
        medians.push_back(median({at(i), at(i + 1)}));
    }
    return medians;
}

/// Relative standard error of the median of values in order of time, which may depend on their
/// neighbours: the medians of eight parts scatter around it.
double error_of_median(const std::vector<double>& values) {
    constexpr std::size_t parts = reference_parts;
    if (values.size() < 2 * parts) return std::nan("");
    const double middle = median(values);
    double squares = 0;
    for (std::size_t i = 0; i < parts; ++i) {
        const auto at = [&](std::size_t part) {
            return values.begin() + static_cast<std::ptrdiff_t>(part * values.size() / parts);
        };
        const double apart = median({at(i), at(i + 1)}) / middle - 1;
        squares += apart * apart;
    }
    return std::sqrt(squares / (parts - 1) / parts);
}

}  // namespace

double smoothed_reference(std::span<const LatencySample> references, double at_s, double width_s,
                          bool by_cpu_time) {
    const auto before = [](const LatencySample& v, double t) { return v.at_s < t; };
    auto first = std::lower_bound(references.begin(), references.end(), at_s - 4 * width_s, before);
    const auto last = std::lower_bound(first, references.end(), at_s + 4 * width_s, before);
    const auto time_of = [&](const LatencySample& v) { return by_cpu_time ? v.cpu_ms : v.wall_ms; };
    double sum = 0;
    double weights = 0;
    for (; first != last; ++first) {
        const double z = (first->at_s - at_s) / width_s;
        const double w = std::exp(-0.5 * z * z);
        sum += w * time_of(*first);
        weights += w;
    }
    return weights > 0 ? sum / weights : time_of(references.back());
}

MeasuringQuality measuring_quality(std::span<const std::vector<LatencySample>> sessions,
                                   bool by_cpu_time, double smoothing_s) {
    MeasuringQuality q;
    q.by_cpu_time = by_cpu_time;
    std::vector<double> smooth;
    std::vector<double> all_times;
    std::vector<double> wall_over_cpu;
    for (const auto& session : sessions) {
        std::vector<LatencySample> warming;
        std::vector<LatencySample> references;
        for (const auto& s : session) {
            if (s.is_reference) {
                (s.visit < 0 ? warming : references).push_back(s);
            } else if (s.cpu_ms > 0) {
                wall_over_cpu.push_back(s.wall_ms / s.cpu_ms);
            }
        }
        const WarmUp warm_up = warm_up_of(warming, by_cpu_time);
        q.warm_up_runs += warm_up.runs;
        q.settled = q.settled && warm_up.settled;
        std::vector<double> times;
        times.reserve(references.size());
        for (const auto& r : references) times.push_back(by_cpu_time ? r.cpu_ms : r.wall_ms);
        all_times.insert(all_times.end(), times.begin(), times.end());
        if (const double rise = trend(thinned(times)); std::abs(rise) > std::abs(q.rise)) {
            q.rise = rise;
        }
        for (const auto& r : references) {
            smooth.push_back(smoothed_reference(references, r.at_s, smoothing_s, by_cpu_time));
        }
    }
    if (!smooth.empty()) {
        q.reference_ms = median(all_times);
        q.reference_error = error_of_median(all_times);
        const double middle = median(smooth);
        for (double& s : smooth) s = std::abs(s / middle - 1);
        q.drift = 1.4826 * median(smooth);
    }
    if (!wall_over_cpu.empty()) q.wall_over_cpu = median(wall_over_cpu);
    if (q.rise > 0.10) {
        q.trusted = false;
        q.reason = "the reference network's time kept rising, by more than 10 %: throttling";
    } else if (q.drift > 0.10) {
        q.trusted = false;
        q.reason = "the reference network's time drifted by more than 10 %";
    } else if (q.by_cpu_time && q.wall_over_cpu > 1.25) {
        q.trusted = false;
        q.reason = "other work held the core for a fifth of the time or more";
    } else if (!q.settled) {
        q.trusted = false;
        q.reason = "the reference network's time had not settled when measuring began";
    }
    return q;
}

}  // namespace blockscope
