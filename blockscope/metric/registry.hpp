#pragma once

#include <memory>
#include <string>
#include <vector>

#include "blockscope/metric/metric.hpp"

namespace blockscope {

/// A metric by the name users type: a count, or `csv:FILE#COLUMN`.
/// Throws Error with the nearest name.
std::unique_ptr<Metric> make_metric(const std::string& name, const DesignSpace& space);

/// What `blockscope metrics` lists.
struct MetricReport {
    MetricInfo info;
    bool available = true;
    std::string reason;  ///< why not
};
std::vector<MetricReport> metric_reports();

}  // namespace blockscope
