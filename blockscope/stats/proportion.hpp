#pragma once

#include <cstddef>

#include "blockscope/stats/estimate.hpp"

namespace blockscope {

/// Share of successes among n >= 1 independent trials, with Wilson's interval: it has bounds inside
/// [0, 1] and about the right coverage for few trials and for shares near 0 and 1 too.
/// Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22
/// (1927).
Estimate proportion(std::size_t successes, std::size_t n, double level = 0.95);

}  // namespace blockscope
