#include "blockscope/report/shown_unit.hpp"

#include <cmath>

namespace blockscope {

ShownUnit shown_unit(const MetricInfo& metric, double typical) {
    const double size = std::abs(typical);
    if (metric.unit == "bytes") return {1e6, "MB (1e6 bytes)"};
    if (size >= 1e9) return {1e9, "1e9 " + metric.unit};
    if (size >= 1e5) return {1e6, "1e6 " + metric.unit};
    return {1, metric.unit};
}

}  // namespace blockscope
