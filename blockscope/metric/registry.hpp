#pragma once

#include <cstdint>
#include <functional>
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

/// Makes a metric for a space, as make_metric does. Called whenever the name is asked for, from any
/// thread; throws Error for a space that it cannot speak of.
using MetricFactory = std::function<std::unique_ptr<Metric>(const DesignSpace& space,
                                                            std::uint64_t seed, unsigned threads)>;

/// Makes a metric of yours known as info.name, wherever metrics have names: to make_metric,
/// metric_reports and every verb that runs in this process. Said again, the name means the newer.
/// Any thread may call it. Throws Error for a name that is built in, or not made of letters, digits
/// and . _ / - only.
void register_metric(MetricInfo info, MetricFactory factory);

/// The name means nothing any more; metrics made before live on. False: it meant nothing.
bool forget_metric(const std::string& name);

}  // namespace blockscope
