#pragma once

#include <vector>

#include "blockscope/search/search_record.hpp"

namespace blockscope {

/// What seeds of a search attain at a value of the second objective, in the first one's unit; NaN:
/// nothing.
struct Attained {
    double x = 0;                          ///< second objective, in its unit
    double best = 0, median = 0, all = 0;  ///< by one seed, by half of them, by every one
};

/// At every corner of the three surfaces, the best second objective first. Of two objectives; empty
/// for a search without runs.
std::vector<Attained> attained(const SearchRecord& record);

}  // namespace blockscope
