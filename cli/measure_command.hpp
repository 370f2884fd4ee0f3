#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "blockscope/metric/metric.hpp"

#include "cli/common.hpp"

namespace blockscope::cli {

/// What `measure` was asked for.
struct MeasureCommand {
    std::string space;
    std::string archs;
    std::vector<std::string> arch;
    std::size_t n = 0;  ///< 0: what goes with the rest
    std::string metric = "latency/host";
    std::string by = "network";
    int visits = 0;  ///< 0: what goes with the rest
    std::string spread;
    std::string budget;
    std::string sustain;
    double level = 0.95;
    std::string shard;
    std::string output = "-";
    bool strict = false;
};

/// Of --archs and --arch, else random ones; of a --shard its own.
std::vector<Architecture> chosen_architectures(const MeasureCommand& command,
                                               const DesignSpace& space, const Common& common,
                                               std::size_t usual_n);

/// --budget, seconds; 0: none. Throws Error for what is no time.
double budget_seconds(const MeasureCommand& command);

/// What a JSON file beside the CSV begins with.
nlohmann::ordered_json provenance(const Common& common, const DesignSpace& space,
                                  const MetricInfo& metric);

/// Both return the exit code.
int measure_networks(const MeasureCommand& command, const Common& common, Console& console);
int measure_operators(const MeasureCommand& command, const Common& common, Console& console);

}  // namespace blockscope::cli
