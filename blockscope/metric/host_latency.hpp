#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "blockscope/measure/latency_bench.hpp"
#include "blockscope/metric/measured.hpp"
#include "blockscope/metric/metric.hpp"

namespace blockscope {

/// What a name such as `latency/host:threads=2,affinity=0-1` asks for. Throws Error for an unknown
/// option, naming the nearest one.
LatencyOptions latency_options(const std::string& name);

/// `latency/host[:engine=onednn,threads=1,batch=1,affinity=0+1]`: inference latency on this
/// machine, measured now with random weights. info().name leaves out what is the default, so every
/// way to type a metric is one metric.
class HostLatency : public Metric, public Measured {
public:
    /// name: as typed. Throws Error for an unknown option, naming the nearest one.
    HostLatency(const std::string& name, std::uint64_t seed);

    const MetricInfo& info() const override { return info_; }
    /// space: always the same one.
    MetricColumn evaluate(const DesignSpace& space, std::span<const Architecture> archs,
                          Progress* progress) override;
    Measured* measured() override { return this; }

    void set_visits(int visits) override { options_.visits = visits; }
    MachineContext context() const override { return read_machine_context(options_); }
    bool by_cpu_time() const override { return options_.run.threads == 1; }
    double preparation_ms_per_visit() const override;
    std::span<const LatencySample> samples() const override { return samples_; }
    int runs_in_a_row(int resolution) const override;
    bool in_this_process() const override { return true; }
    std::optional<double> reference_ms(int resolution) const override;
    void scale_to(int resolution, double reference_ms) override;

private:
    MetricInfo info_;
    LatencyOptions options_;
    std::map<int, double> references_ms_;                   ///< given, by resolution
    std::shared_ptr<LatencyEngine> engine_;                 ///< of all benches; made when needed
    std::map<int, std::unique_ptr<LatencyBench>> benches_;  ///< by resolution
    std::vector<LatencySample> samples_;
};

}  // namespace blockscope
