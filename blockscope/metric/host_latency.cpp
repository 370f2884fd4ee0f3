#include "blockscope/metric/host_latency.hpp"

#include <cassert>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"

namespace blockscope {

LatencyOptions latency_options(const std::string& name) {
    LatencyOptions options;
    const auto colon = name.find(':');
    if (colon == std::string::npos) return options;
    const std::vector<std::string> keys{"engine", "threads", "batch", "affinity"};
    for (const auto part : split(std::string_view(name).substr(colon + 1), ',')) {
        const auto equals = part.find('=');
        const std::string key(part.substr(0, equals));
        const auto value = equals == std::string_view::npos ? "" : part.substr(equals + 1);
        if (key == "engine") {
            options.engine = value;
            continue;
        }
        if (key == "affinity") {
            options.affinity = parse_cores(value);
            continue;
        }
        if (key != "threads" && key != "batch") {
            throw Error(fmt::format("'{}': unknown option '{}'{}; known are {}", name, key,
                                    did_you_mean(key, keys), quoted_list(keys)));
        }
        long long number = 0;
        if (!parse_number(value, number) || number < 1 || number > 1024) {
            throw Error(fmt::format("'{}': {} is not a number from 1 to 1024", name, key));
        }
        (key == "threads" ? options.run.threads : options.run.batch) = static_cast<int>(number);
    }
    return options;
}

namespace {

/// `latency/host` and the options that are not the default, in one order.
std::string canonical_name(const LatencyOptions& options) {
    const LatencyOptions usual;
    std::vector<std::string> parts;
    if (options.engine != usual.engine) parts.push_back("engine=" + options.engine);
    if (options.run.threads != usual.run.threads) {
        parts.push_back(fmt::format("threads={}", options.run.threads));
    }
    if (options.run.batch != usual.run.batch) {
        parts.push_back(fmt::format("batch={}", options.run.batch));
    }
    if (!options.affinity.empty()) parts.push_back("affinity=" + to_string(options.affinity));
    return fmt::format("latency/host{}{}", parts.empty() ? "" : ":", fmt::join(parts, ","));
}

}  // namespace

HostLatency::HostLatency(const std::string& name, std::uint64_t seed)
    : options_(latency_options(name)) {
    options_.seed = seed;
    info_.name = canonical_name(options_);
    info_.column = "latency_host";
    if (options_.engine != LatencyOptions().engine) info_.column += "_" + options_.engine;
    if (options_.run.threads != 1) info_.column += fmt::format("_threads{}", options_.run.threads);
    if (options_.run.batch != 1) info_.column += fmt::format("_batch{}", options_.run.batch);
    if (!options_.affinity.empty()) {
        for (const char c : "_cores" + to_string(options_.affinity)) {
            info_.column += c == '-' ? "to" : c == '+' ? "_" : std::string(1, c);
        }
    }
    info_.column += "_ms";
    info_.unit = "ms";
    info_.direction = Direction::smaller_is_better;
    info_.noisy = true;
    info_.costly = true;
    info_.source =
        fmt::format("measured on this machine, {} {}, {} thread(s){}, batch {}", options_.engine,
                    options_.run.threads == 1 ? "CPU time" : "wall time", options_.run.threads,
                    options_.affinity.empty() ? "" : " on cores " + to_string(options_.affinity),
                    options_.run.batch);
}

MetricColumn HostLatency::evaluate(const DesignSpace& space, std::span<const Architecture> archs,
                                   Progress* progress) {
    MetricColumn column;
    samples_.clear();
    column.values.assign(archs.size(), std::numeric_limits<double>::quiet_NaN());
    column.spread.assign(options_.visits > 1 ? archs.size() : 0,
                         std::numeric_limits<double>::quiet_NaN());
    std::map<int, std::vector<std::size_t>> by_resolution;
    for (std::size_t i = 0; i < archs.size(); ++i) by_resolution[archs[i].resolution].push_back(i);
    for (const auto& [resolution, members] : by_resolution) {
        auto& bench = benches_[resolution];
        if (!bench) {
            LatencyOptions options = options_;
            const auto given = references_ms_.find(resolution);
            if (given != references_ms_.end()) options.reference_ms = given->second;
            if (!engine_) engine_ = std::make_shared<LatencyEngine>(options_);
            bench = std::make_unique<LatencyBench>(space, resolution, options, engine_);
        }
        std::vector<Architecture> batch;
        for (const auto i : members) batch.push_back(archs[i]);
        LatencyResult result = bench->measure(batch, options_.visits, progress);
        for (std::size_t k = 0; k < members.size(); ++k) {
            column.values[members[k]] = result.latency_ms[k];
            if (!result.spread_ms.empty()) column.spread[members[k]] = result.spread_ms[k];
        }
        for (const auto& [k, reason] : result.failures) {
            column.failures.emplace_back(members[k], reason);
        }
        for (auto& sample : result.samples) {
            if (!sample.is_reference) sample.network = members[sample.network];
            samples_.push_back(sample);
        }
    }
    return column;
}

double HostLatency::preparation_ms_per_visit() const {
    const LatencyEngine::Preparation all =
        engine_ ? engine_->preparation : LatencyEngine::Preparation{};
    return all.ms / static_cast<double>(all.networks);
}

int HostLatency::runs_in_a_row(int resolution) const {
    const auto found = benches_.find(resolution);
    return found == benches_.end() ? 1 : found->second->runs_in_a_row();
}

std::optional<double> HostLatency::reference_ms(int resolution) const {
    const auto found = benches_.find(resolution);
    if (found == benches_.end()) return std::nullopt;
    return found->second->reference_ms();
}

void HostLatency::scale_to(int resolution, double reference_ms) {
    assert(!benches_.contains(resolution));  // values of one bench have one scale
    references_ms_[resolution] = reference_ms;
}

}  // namespace blockscope
