#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "blockscope/search/costs.hpp"

namespace blockscope {

/// For each of `members`, the probability that no other point dominates it, where every cost is
/// only known with a standard error: true costs normal around `costs`, independent of each other.
/// errors: same shape as costs, at least 0; 0 is exact, NaN is taken for it. Without any error the
/// answer is 1 or 0. Points with a NaN cost take no part; a member with one has probability 0.
/// Exact over the other points (a product, as they are independent), a mean over 512 points of a
/// Halton sequence for the member's own costs: good to about 0.01. What looks best was also lucky:
/// a cost that was chosen for being small is larger on average, so probabilities of a front chosen
/// among many are on the high side.
std::vector<double> non_dominated_probability(const Costs& costs, const Costs& errors,
                                              std::span<const std::size_t> members);

}  // namespace blockscope
