#include "blockscope/stats/family_wise.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace blockscope {

std::vector<double> family_wise_p_values(std::span<const double> p_values) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < p_values.size(); ++i) {
        if (!std::isnan(p_values[i])) order.push_back(i);
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
    std::vector<double> adjusted(p_values.begin(), p_values.end());
    double largest = 0;
    auto left = static_cast<double>(order.size());
    for (const std::size_t i : order) {
        largest = std::max(largest, std::min(1.0, left * p_values[i]));
        adjusted[i] = largest;
        left -= 1;
    }
    return adjusted;
}

}  // namespace blockscope
