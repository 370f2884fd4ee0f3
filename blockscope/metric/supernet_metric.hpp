#pragma once

#include <memory>
#include <optional>
#include <string>

#include "blockscope/metric/metric.hpp"
#include "blockscope/supernet/accuracy.hpp"

namespace blockscope {

/// `supernet:CHECKPOINT@IMAGEDIR[#KEY=VALUE,...]` taken apart.
struct SupernetMetricOptions {
    std::string checkpoint;
    std::string images;
    int top = 1;  ///< 1 or 5
    AccuracyOptions accuracy;
};

/// Throws Error naming the nearest key.
SupernetMetricOptions parse_supernet_metric(const std::string& name);

/// Accuracy of architectures with the weights of a supernet, in percent of the images. With several
/// repeats, their mean, and as spread the standard error that the choice of calibration images
/// leaves. space: of the supernet, or one that restricts it.
std::unique_ptr<Metric> make_supernet_metric(const DesignSpace& space, const std::string& name,
                                             std::uint64_t seed, unsigned threads);

}  // namespace blockscope
