#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "blockscope/metric/metric.hpp"

namespace blockscope {

/// A metric by the name users type: a count, a model of this program (`accuracy`),
/// `csv:FILE#COLUMN`, `model:FILE[#unit=ms]`, `lut:FILE`, `latency/host[:options]`,
/// `supernet:CHECKPOINT@IMAGEDIR[#options]` or `run:COMMAND[#options]`. seed: of weights and orders
/// of measured metrics. threads: that models run on, 0: all of this process. Throws Error with the
/// nearest name.
std::unique_ptr<Metric> make_metric(const std::string& name, const DesignSpace& space,
                                    std::uint64_t seed = 1, unsigned threads = 0);

/// What `blockscope metrics` lists.
struct MetricReport {
    MetricInfo info;
    bool available = true;
    std::string reason;  ///< why not, or the version that runs
};
std::vector<MetricReport> metric_reports();

}  // namespace blockscope
