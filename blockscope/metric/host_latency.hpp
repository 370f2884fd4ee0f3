#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "blockscope/measure/latency_bench.hpp"
#include "blockscope/metric/metric.hpp"

namespace blockscope {

/// `latency/host[:engine=onednn,threads=1,batch=1]`: inference latency on this machine, measured
/// now with random weights.
class HostLatency : public Metric {
public:
    /// name: as typed. Throws Error for an unknown option, naming the nearest one.
    HostLatency(const std::string& name, std::uint64_t seed);

    const MetricInfo& info() const override { return info_; }
    MetricColumn evaluate(const DesignSpace& space, std::span<const Architecture> archs,
                          Progress* progress) override;

    /// Runs of each network from now on; see LatencyOptions::visits.
    void set_visits(int visits) { options_.visits = visits; }
    const LatencyOptions& options() const { return options_; }

    /// Of everything measured so far at one resolution; nothing if nothing was.
    std::optional<MeasuringQuality> quality(int resolution) const;

private:
    MetricInfo info_;
    LatencyOptions options_;
    std::map<int, std::unique_ptr<LatencyBench>> benches_;  ///< by resolution
};

}  // namespace blockscope
