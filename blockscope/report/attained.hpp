#pragma once

#include <cstddef>
#include <vector>

#include "blockscope/search/search_record.hpp"

namespace blockscope {

/// What seeds of a search attain at a value of the second objective, in the first one's unit; NaN:
/// nothing.
struct Attained {
    double x = 0;                          ///< second objective, in its unit
    double best = 0, median = 0, all = 0;  ///< by one seed, by half of them, by every one
};

/// At every corner of the three surfaces, the best second objective first; of more than `most`
/// corners evenly so many. Of two objectives; empty for a search without runs.
std::vector<Attained> attained(const SearchRecord& record, std::size_t most = 1000);

}  // namespace blockscope
