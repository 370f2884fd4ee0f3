#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "blockscope/search/costs.hpp"

namespace blockscope {

/// True if `a` is nowhere worse than `b` and somewhere better. Same length; no NaN.
bool dominates(std::span<const double> a, std::span<const double> b);

/// What becomes of points that are equal in every objective.
enum class Ties { keep_all, keep_first };

/// Indices of the points that no other dominates, ascending. Points with a NaN are left out.
/// O(n log n) for one and two objectives, O(n f) for more (f: size of the front).
std::vector<std::size_t> front(const Costs& costs, Ties ties = Ties::keep_all);

inline constexpr std::uint32_t unranked = std::numeric_limits<std::uint32_t>::max();

/// Rank of each point: 0 on the front, 1 on the front of what is left without it, and so on. Equal
/// points have equal ranks; points with a NaN are `unranked`.
/// O(n log n) for one and two objectives; for more by binary search over the fronts so far, which
/// takes O(n^2) comparisons at worst. Source: Zhang, Tian, Cheng and Jin, "An efficient approach to
/// nondominated sorting for evolutionary multiobjective optimization", IEEE TEVC 19 (2015).
std::vector<std::uint32_t> ranks(const Costs& costs);

/// Crowding distance of each of `members` among them: the sum over objectives of the gap between
/// its neighbours over the whole span; infinite at the ends. Source: Deb, Pratap, Agarwal and
/// Meyarivan, "A fast and elitist multiobjective genetic algorithm: NSGA-II", IEEE TEVC 6 (2002).
std::vector<double> crowding(const Costs& costs, std::span<const std::size_t> members);

/// How far each of `members` bulges from the plane through the best values of the objectives, each
/// scaled to 0 (best among them) .. 1 (worst): (1 - sum of scaled costs) / sqrt(objectives); for
/// two objectives the distance from the line through the ends. The largest is the knee: there a
/// gain in one objective costs most in another. Objectives that are the same for all count 0. After
/// Das, "On characterizing the 'knee' of the Pareto curve", Structural Optimization 18 (1999).
std::vector<double> bulges(const Costs& costs, std::span<const std::size_t> members);

}  // namespace blockscope
