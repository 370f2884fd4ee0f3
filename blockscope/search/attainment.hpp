#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "blockscope/search/costs.hpp"

namespace blockscope {

/// The lower left border of what at least `times` of several fronts attain: a point is attained by
/// a front that has a point no worse in either cost. times = 1: the best of all together; half of
/// them: the median front; all of them: what every run reached. Corners by falling second cost,
/// that is by growing first.
/// fronts: of two objectives each, any points; those with a NaN are left out. times: 1 to their
/// number, else throws Error; for other than two objectives too.
/// Source: Fonseca and Fleming, "On the performance assessment and comparison of stochastic
/// multiobjective optimizers", PPSN IV (1996). O(n log n) for n points, times the fronts.
Costs attainment_surface(std::span<const Costs> fronts, std::size_t times);

/// Mean, over first costs in [low, high], of the smallest second cost of a point whose first is no
/// larger; `otherwise` where there is none or it is worse than that. Two objectives; low < high.
double mean_best(const Costs& front, double low, double high, double otherwise);

}  // namespace blockscope
