#pragma once

#include <cstddef>
#include <span>

#include "blockscope/measure/quality.hpp"

namespace blockscope {

/// How many of the leading runs are warm-up: slower (or faster) than what follows because code is
/// compiled, memory touched and the clock raised. The cut that leaves the mean of the rest known
/// best, i.e. with the smallest sum of squares / n^2 of the n runs behind it, among those that
/// leave half of the runs or more; values far outside are pulled in first, so that one preempted
/// run is no warm-up. A cut at the half says that the end of it was not seen: ask again with more
/// runs. Of steady runs it takes few or none.
/// Source: White, "An effective truncation heuristic for bias reduction in simulation output",
/// Simulation 69 (1997).
std::size_t warm_up_runs(std::span<const double> times);

/// Of the runs that a session began with.
struct WarmUp {
    std::size_t runs = 0;  ///< of them, warm-up
    bool settled = true;   ///< its end was seen
};
WarmUp warm_up_of(std::span<const LatencySample> first_runs, bool by_cpu_time);

}  // namespace blockscope
