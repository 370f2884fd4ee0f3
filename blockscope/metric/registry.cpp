#include "blockscope/metric/registry.hpp"

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/metric/count_metric.hpp"
#include "blockscope/metric/csv_metric.hpp"
#include "blockscope/metric/host_latency.hpp"
#include "blockscope/metric/model_metric.hpp"
#include "blockscope/metric/run_metric.hpp"
#include "blockscope/metric/supernet_metric.hpp"

namespace blockscope {

std::unique_ptr<Metric> make_metric(const std::string& name, const DesignSpace& space,
                                    std::uint64_t seed, unsigned threads) {
    if (auto count = make_count_metric(name)) return count;
    if (name == "latency/host" || name.starts_with("latency/host:")) {
        return std::make_unique<HostLatency>(name, seed);
    }
    if (name.starts_with("csv:")) {
        const auto hash = name.rfind('#');
        if (hash == std::string::npos || hash + 1 == name.size()) {
            throw Error(fmt::format("'{}' names no column: write csv:FILE#COLUMN", name));
        }
        return make_csv_metric(space, name.substr(4, hash - 4), name.substr(hash + 1));
    }
    if (name.starts_with("model:")) return make_model_metric(space, name, threads);
    if (name.starts_with("run:")) return std::make_unique<RunMetric>(name, seed);
    if (name.starts_with("supernet:")) return make_supernet_metric(space, name, seed, threads);
    if (auto shipped = make_shipped_metric(space, name, threads)) return shipped;
    if (name == "flops/ofa-table") return make_ofa_flops_metric();
    if (name.starts_with("lut:")) return make_lookup_metric(space, name);
    std::vector<std::string> names;
    for (const auto& report : metric_reports()) names.push_back(report.info.name);
    throw Error(fmt::format("unknown metric '{}'{}; known are {}", name, did_you_mean(name, names),
                            quoted_list(names)));
}

std::vector<MetricReport> metric_reports() {
    std::vector<MetricReport> reports;
    for (auto& info : count_metrics()) reports.push_back({std::move(info), true, ""});
    for (auto& info : shipped_metrics()) reports.push_back({std::move(info), true, ""});
    reports.push_back({{"csv:FILE#COLUMN", "", "of the column", Direction::neither, false,
                        "values of somebody's table, looked up by architecture"},
                       true,
                       ""});
    for (auto& info : model_metrics()) reports.push_back({std::move(info), true, ""});
    reports.push_back({{"supernet:CHECKPOINT@IMAGEDIR", "", "%", Direction::larger_is_better, false,
                        "share of images that a network taken out of a supernet gets right "
                        "(docs/supernets.md)"},
                       true,
                       ""});
    reports.push_back({{"run:COMMAND", "", "ms", Direction::smaller_is_better, true,
                        "measured by a program of yours, on any device (docs/measuring.md)"},
                       true,
                       ""});
    for (const auto& engine : engine_reports()) {
        const HostLatency host("latency/host:engine=" + engine.name, 1);
        reports.push_back({host.info(), engine.available,
                           engine.available ? "version " + engine.version : engine.reason});
    }
    return reports;
}

}  // namespace blockscope
