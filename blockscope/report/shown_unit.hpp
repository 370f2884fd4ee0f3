#pragma once

#include <string>

#include "blockscope/metric/metric.hpp"

namespace blockscope {

/// How a metric's numbers are shown: counts in millions, bytes in mega bytes, the rest as it is.
struct ShownUnit {
    double divisor = 1;
    std::string name;  ///< "1e6 MACs"
};

/// typical: a value of the size that is shown.
ShownUnit shown_unit(const MetricInfo& metric, double typical);

}  // namespace blockscope
