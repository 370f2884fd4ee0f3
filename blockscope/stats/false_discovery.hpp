#pragma once

#include <span>
#include <vector>

namespace blockscope {

/// p values adjusted so that keeping those of at most q bounds the expected share of false
/// discoveries by q (independent or positively dependent tests). NaN stays NaN and counts for no
/// test.
/// Source: Benjamini and Hochberg, "Controlling the false discovery rate", JRSS B 57 (1995).
std::vector<double> adjusted_p_values(std::span<const double> p_values);

}  // namespace blockscope
