#include "blockscope/measure/median.hpp"

#include <algorithm>
#include <limits>

#include "blockscope/stats/quantile.hpp"

namespace blockscope {

double median(std::vector<double> values) {
    if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
    std::sort(values.begin(), values.end());
    return quantile(values, 0.5);
}

}  // namespace blockscope
