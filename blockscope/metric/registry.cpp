#include "blockscope/metric/registry.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <mutex>
#include <utility>

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
namespace {

/// Metrics that programs brought, by name.
struct Registered {
    std::mutex mutex;
    std::map<std::string, std::pair<MetricInfo, MetricFactory>> by_name;
};

/// Never destroyed: its factories may hold what is gone when a process ends.
Registered& registered() {
    static auto& all = *new Registered;
    return all;
}

MetricFactory registered_factory(const std::string& name) {
    auto& all = registered();
    const std::scoped_lock lock(all.mutex);
    const auto found = all.by_name.find(name);
    return found == all.by_name.end() ? MetricFactory() : found->second.second;
}

bool is_name(const std::string& text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '/' || c == '-';
    });
}

}  // namespace

std::unique_ptr<Metric> make_metric(const std::string& name, const DesignSpace& space,
                                    std::uint64_t seed, unsigned threads) {
    if (const auto factory = registered_factory(name)) return factory(space, seed, threads);
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
    auto& all = registered();
    const std::scoped_lock lock(all.mutex);
    for (const auto& [name, entry] : all.by_name) reports.push_back({entry.first, true, ""});
    return reports;
}

void register_metric(MetricInfo info, MetricFactory factory) {
    if (!is_name(info.name)) {
        throw Error(fmt::format(
            "'{}' is no name for a metric: letters, digits and . _ / - make one", info.name));
    }
    auto& all = registered();
    bool known = false;
    {
        const std::scoped_lock lock(all.mutex);
        known = all.by_name.contains(info.name);
    }
    const auto reports = known ? std::vector<MetricReport>() : metric_reports();
    if (info.name == "latency/host" ||
        std::any_of(reports.begin(), reports.end(),
                    [&](const MetricReport& r) { return r.info.name == info.name; })) {
        throw Error(
            fmt::format("the metric '{}' is built in; yours needs another name", info.name));
    }
    if (info.column.empty()) info.column = info.name;
    const std::scoped_lock lock(all.mutex);
    auto name = info.name;
    all.by_name.insert_or_assign(std::move(name), std::pair{std::move(info), std::move(factory)});
}

bool forget_metric(const std::string& name) {
    auto& all = registered();
    const std::scoped_lock lock(all.mutex);
    return all.by_name.erase(name) > 0;
}

}  // namespace blockscope
