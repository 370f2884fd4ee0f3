#include "blockscope/measure/doubts.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include <fmt/format.h>

#include "blockscope/measure/median.hpp"
#include "blockscope/stats/distributions.hpp"

namespace blockscope {

double trend(std::span<const double> values) {
    const std::size_t n = values.size();
    if (n < 8) return 0;
    long long later_larger = 0;
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = i + 1; j < n; ++j) {
            later_larger += (values[j] > values[i] ? 1 : 0) - (values[j] < values[i] ? 1 : 0);
        }
    }
    const auto count = static_cast<double>(n);
    const double sd = std::sqrt(count * (count - 1) * (2 * count + 5) / 18);
    const double p = 2 * normal_cdf(-std::abs(static_cast<double>(later_larger)) / sd);
    if (p >= 1e-4) return 0;
    const auto third = static_cast<std::ptrdiff_t>(n / 3);
    return median({values.end() - third, values.end()}) /
               median({values.begin(), values.begin() + third}) -
           1;
}

double two_values(std::span<const double> values) {
    std::vector<double> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
    const std::size_t n = sorted.size();
    if (n < 12) return 0;
    const auto count = static_cast<double>(n);
    const double mean = std::accumulate(sorted.begin(), sorted.end(), 0.0) / count;
    double squares = 0;
    for (const double v : sorted) squares += (v - mean) * (v - mean);
    const std::size_t least = std::max<std::size_t>(3, n / 5);
    double below = 0;
    double best = 0;
    double gap = 0;
    for (std::size_t k = 1; k + least <= n; ++k) {
        below += sorted[k - 1];
        if (k < least) continue;
        const auto left = static_cast<double>(k);
        const double low = below / left;
        const double high = (mean * count - below) / (count - left);
        const double between =
            left * (low - mean) * (low - mean) + (count - left) * (high - mean) * (high - mean);
        if (between > best) {
            best = between;
            gap = high / low - 1;
        }
    }
    return best > 0.95 * squares ? gap : 0;
}

std::vector<std::string> doubts(std::span<const NetworkVisit> visits, bool by_cpu_time) {
    std::vector<std::string> list;
    std::vector<double> values;
    values.reserve(visits.size());
    for (const auto& v : visits) values.push_back(v.value);
    const auto preempted = std::count_if(visits.begin(), visits.end(), [](const NetworkVisit& v) {
        return v.wall_ms > 1.25 * v.cpu_ms;
    });
    if (by_cpu_time && visits.size() >= 4 && 2 * preempted >= std::ssize(visits)) {
        list.push_back(fmt::format("preempted in {} of {} visits", preempted, visits.size()));
    }
    if (const double change = trend(values); std::abs(change) > 0.02) {
        list.push_back(fmt::format("changed by {:+.1f} % while it was measured", 100 * change));
    }
    if (const double gap = two_values(values); gap > 0.03) {
        list.push_back(fmt::format("takes two values {:.1f} % apart", 100 * gap));
    }
    return list;
}

}  // namespace blockscope
