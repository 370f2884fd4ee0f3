#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "blockscope/metric/metric.hpp"
#include "blockscope/network/graph.hpp"

namespace blockscope {

/// Another block for a layer, everything else as it is.
struct Swap {
    int block = 0;
    double improvement = 0;  ///< of the metric, positive: less of a cost, more of an accuracy
};

/// Part of an architecture: the stem, a layer of the body, or the head.
struct Part {
    Location where;
    int block = -1;  ///< -1 in stem and head
    /// What it adds to the metric (or, of a largest-term metric, its own value); NaN if the metric
    /// does not split over layers.
    double value = std::numeric_limits<double>::quiet_NaN();
    /// What the metric has more with this block than on average of those allowed here, everything
    /// else as it is: the choice's contribution, of any metric. NaN where swaps are not known.
    double against_mean = std::numeric_limits<double>::quiet_NaN();
    /// The allowed block with the smallest improvement; nothing if none is better.
    std::optional<Swap> swap;
};

struct Explanation {
    double value = std::numeric_limits<double>::quiet_NaN();  ///< of the architecture
    bool splits = false;                                      ///< over layers
    bool is_sum = false;      ///< parts add up to the value; else the largest of them is it
    std::vector<Part> parts;  ///< in order
};

/// What each part of an architecture contributes to a metric. Swaps come from the table of a metric
/// that has one, and from evaluating them all otherwise; not for costly metrics, whose noise is of
/// the size of a swap, nor for one without a direction.
Explanation explain(const DesignSpace& space, const Architecture& a, Metric& metric);

}  // namespace blockscope
