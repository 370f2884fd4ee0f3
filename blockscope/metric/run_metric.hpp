#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "blockscope/measure/onnx_cache.hpp"
#include "blockscope/measure/runner.hpp"
#include "blockscope/metric/measured.hpp"
#include "blockscope/metric/metric.hpp"

namespace blockscope {

/// `run:COMMAND[#KEY=VALUE,...]` taken apart.
struct RunMetricOptions {
    RunnerOptions runner;
    std::string name;                  ///< of the column; "" for "run"
    std::vector<std::string> devices;  ///< alike; networks are shared out among them
    std::string cache;                 ///< folder of ONNX files; "" for one among temporary files
    int batch = 1;
};

/// Throws Error naming the nearest key.
RunMetricOptions parse_run_metric(const std::string& name);

/// The same metric without the option `devices`: devices are alike, so values have its name
/// whichever ran them.
std::string without_devices(const std::string& name);

/// What an external runner prints, for any device. Each device measures the reference network
/// first and again after every nine networks; values are scaled to the first such
/// answer, so drift and differences of devices cancel. Where all attempts at a network fail and the
/// reference network still runs, the network is a NaN with the reason; where that fails too the
/// device is lost. With the last device, Error(Fault::device).
class RunMetric : public Metric, public Measured {
public:
    RunMetric(const std::string& name, std::uint64_t seed);
    ~RunMetric() override;

    const MetricInfo& info() const override { return info_; }
    MetricColumn evaluate(const DesignSpace& space, std::span<const Architecture> archs,
                          Progress* progress) override;
    Measured* measured() override { return this; }

    void set_visits(int visits) override { visits_ = visits; }
    MachineContext context() const override;
    bool by_cpu_time() const override { return false; }
    std::size_t at_once() const override { return devices_.size(); }
    std::size_t first_batch() const override { return devices_.size(); }
    std::span<const LatencySample> samples() const override { return samples_; }
    std::optional<double> reference_ms(int resolution) const override;
    void scale_to(int resolution, double reference_ms) override;

private:
    struct Device;
    struct Batch;
    void work(Batch& batch, Device& device);
    void ask_reference(Batch& batch, Device& device);
    RunnerAnswer ask(Batch& batch, Device& device, const Architecture& a);
    void finish(Batch& batch, std::span<const std::size_t> members, MetricColumn& column);

    RunMetricOptions options_;
    std::uint64_t seed_;
    int visits_ = 4;
    MetricInfo info_;
    OnnxCache cache_;
    std::vector<std::unique_ptr<Device>> devices_;
    std::map<int, double> scales_;  ///< reference time that values refer to, by resolution
    std::vector<LatencySample> samples_;
    std::uint64_t batches_ = 0;
};

}  // namespace blockscope
