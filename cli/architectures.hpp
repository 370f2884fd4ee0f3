#pragma once

#include <string>
#include <vector>

#include "blockscope/metric/metric.hpp"

#include "cli/common.hpp"

namespace blockscope::cli {

/// Architectures of a CSV, TSV or JSON Lines file with an `arch` column (and `resolution`, `space`
/// if it has them), of a text file with one architecture a line, or of a net.config file or folder.
std::vector<Architecture> read_architectures(const DesignSpace& space, const std::string& path);

/// --resolution, or the space's default. Throws Error for one the space does not list.
std::vector<int> chosen_resolutions(const DesignSpace& space, const Common& common);

/// Says how many of a column's architectures have no value, and why.
void warn_of_failures(const std::string& metric, const MetricColumn& column, Console& console);

/// Says what a metric says of its values.
void warn_of_remarks(const Metric& metric, Console& console);

}  // namespace blockscope::cli
