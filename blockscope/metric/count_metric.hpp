#pragma once

#include <memory>
#include <string>
#include <vector>

#include "blockscope/metric/metric.hpp"

namespace blockscope {

/// `macs`, `macs/torchprofile`, `params`, `activation_bytes`, `activation_bytes/total`: exact
/// counts of network/cost.hpp. Null for any other name.
std::unique_ptr<Metric> make_count_metric(const std::string& name);

std::vector<MetricInfo> count_metrics();

}  // namespace blockscope
