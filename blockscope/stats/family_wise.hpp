#pragma once

#include <span>
#include <vector>

namespace blockscope {

/// p values adjusted so that rejecting those of at most a makes any false rejection at all happen
/// with probability a or less, whatever depends on what. NaN stays NaN and counts for no test.
/// Source: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
/// Statistics 6 (1979).
std::vector<double> family_wise_p_values(std::span<const double> p_values);

}  // namespace blockscope
