#include "blockscope/measure/warm_up.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "blockscope/measure/median.hpp"

namespace blockscope {
namespace {

/// Distances from the second half's median, those beyond 5 of its robust standard deviations moved
/// there: a run of 30 ms among those of 3 ms counts as slow, not as ten slow ones. A slow run alone
/// among others, not the first, was preempted and counts as none.
std::vector<double> pulled_in(std::span<const double> times) {
    const std::vector<double> half(times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2),
                                   times.end());
    const double middle = median(half);
    std::vector<double> distances;
    distances.reserve(half.size());
    for (const double t : half) distances.push_back(std::abs(t - middle));
    // half a per cent at least, so that a clock's steps are no outliers
    const double reach = 5 * std::max(1.4826 * median(distances), 0.005 * middle);
    const auto far = [&](std::size_t i) {
        return i < times.size() && std::abs(times[i] - middle) > reach;
    };
    std::vector<double> near;
    near.reserve(times.size());
    for (std::size_t i = 0; i < times.size(); ++i) {
        const bool alone = i > 0 && !far(i - 1) && !far(i + 1);
        near.push_back(far(i) && alone ? 0 : std::clamp(times[i] - middle, -reach, reach));
    }
    return near;
}

}  // namespace

std::size_t warm_up_runs(std::span<const double> times) {
    const std::size_t n = times.size();
    if (n < 4) return n;
    const std::vector<double> x = pulled_in(times);
    std::size_t best = 0;
    double smallest = INFINITY;
    double sum = 0;
    double squares = 0;
    for (std::size_t cut = n; cut-- > 0;) {
        sum += x[cut];
        squares += x[cut] * x[cut];
        if (cut > n / 2) continue;
        const auto left = static_cast<double>(n - cut);
        const double score = (squares - sum * sum / left) / (left * left);
        if (score <= smallest) {
            smallest = score;
            best = cut;
        }
    }
    return best;
}

WarmUp warm_up_of(std::span<const LatencySample> first_runs, bool by_cpu_time) {
    std::vector<double> times;
    times.reserve(first_runs.size());
    for (const auto& r : first_runs) times.push_back(by_cpu_time ? r.cpu_ms : r.wall_ms);
    const std::size_t runs = warm_up_runs(times);
    return {runs, times.empty() || runs < times.size() / 2};
}

}  // namespace blockscope
