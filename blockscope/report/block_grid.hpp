#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "blockscope/profile/profile.hpp"

namespace blockscope {

/// Block responses as the paper lays them out: expansion by kernel (Figure 2), width by ratio
/// (Figure 4), the largest row first. A block whose name the space's file chose has a row of its
/// own.
struct BlockGrid {
    std::vector<std::string> rows;     ///< from the top
    std::vector<std::string> columns;  ///< from the left; one of them may be empty
    /// By row and column; the profile's, which must live on.
    std::map<std::pair<std::size_t, std::size_t>, const BlockResponse*> cells;
};

BlockGrid block_grid(const DesignSpace& space, const Profile& profile);

}  // namespace blockscope
