#pragma once

#include <span>
#include <vector>

#include "blockscope/search/costs.hpp"

namespace blockscope {

/// Volume of all that the points dominate and that dominates the reference point; 0 for no points.
/// Points that are not better than the reference in every objective (and those with a NaN) add
/// nothing; dominated and equal points do no harm. Exact up to rounding.
/// O(n log n) in up to three objectives: a sweep over one with a staircase of the other two. In
/// four and more the WFG algorithm with slicing, which ends in those sweeps. Source: While,
/// Bradstreet and Barone, "A fast way of calculating exact hypervolumes", IEEE TEVC 16 (2012).
/// Throws Error if `reference` has another length than the points, and above 10 objectives.
double hypervolume(const Costs& costs, std::span<const double> reference);

/// What the hypervolume would lose without each point: 0 for points that are dominated, equal to
/// another or not better than the reference in every objective.
/// O(n log n) in two objectives; in more, one hypervolume of the points' shadows for each point.
std::vector<double> contributions(const Costs& costs, std::span<const double> reference);

/// The largest cost in each objective: a reference point that leaves out only what is worst. Points
/// with a NaN are left out.
std::vector<double> worst(const Costs& costs);

}  // namespace blockscope
