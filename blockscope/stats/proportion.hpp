#pragma once

#include <cstddef>

#include "blockscope/stats/estimate.hpp"

namespace blockscope {

/// Share of successes among n >= 1 independent trials, with Wilson's interval: it has bounds inside
/// [0, 1] and about the right coverage for few trials and for shares near 0 and 1 too.
/// Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22
/// (1927).
Estimate proportion(std::size_t successes, std::size_t n, double level = 0.95);

/// The most successes that `all` things can have among them where `successes` came up in the first
/// `drawn` of them, drawn at random without replacement: with any more of them, so few would have
/// come up with a probability of at most `error`. Exact (hypergeometric distribution).
std::size_t most_successes(std::size_t successes, std::size_t drawn, std::size_t all, double error);

}  // namespace blockscope
