#include "blockscope/stats/false_discovery.hpp"

#include <algorithm>
#include <cmath>

namespace blockscope {

std::vector<double> adjusted_p_values(std::span<const double> p_values) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < p_values.size(); ++i) {
        if (!std::isnan(p_values[i])) order.push_back(i);
    }
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
    std::vector<double> adjusted(p_values.begin(), p_values.end());
    double least = 1;
    for (std::size_t rank = order.size(); rank > 0; --rank) {
        const std::size_t i = order[rank - 1];
        const double factor = static_cast<double>(order.size()) / static_cast<double>(rank);
        least = std::min(least, p_values[i] * factor);
        adjusted[i] = least;
    }
    return adjusted;
}

}  // namespace blockscope
