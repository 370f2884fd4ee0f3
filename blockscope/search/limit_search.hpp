#pragma once

#include <cstdint>
#include <vector>

#include "blockscope/search/search.hpp"

namespace blockscope {

/// Completes what `reach` knows: limits on metrics that are no tables and not costly are searched
/// for their smallest and largest values, 1,100 networks each (nsga2). What is found is a bound,
/// not the truth: LimitReach::exact is false. Throws Error(Fault::infeasible) with the best value
/// found for a limit that it does not keep to.
void search_limits(const Problem& problem, std::vector<LimitReach>& known, std::uint64_t seed);

}  // namespace blockscope
