#include "blockscope/stats/proportion.hpp"

#include <cmath>

#include "blockscope/stats/distributions.hpp"

namespace blockscope {

Estimate proportion(std::size_t successes, std::size_t n, double level) {
    const auto trials = static_cast<double>(n);
    const double share = static_cast<double>(successes) / trials;
    const double z = normal_quantile(0.5 + level / 2);
    const double shrink = 1 + z * z / trials;
    const double centre = (share + z * z / (2 * trials)) / shrink;
    const double half =
        z * std::sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / shrink;
    // exactly 0 and 1 at the ends, where rounding would leave the bounds beside them
    return {share, successes == 0 ? 0.0 : centre - half, successes == n ? 1.0 : centre + half};
}

}  // namespace blockscope
