#pragma once

#include <string>

#include "blockscope/profile/profile.hpp"

namespace blockscope {

/// Block responses as the paper's Figure 2: rows are expansions (or unit widths), columns kernels
/// (or ratios); value and half-width in each cell, `~` where it is not distinguishable from the
/// mean. Spaces whose blocks form no grid get a list. truecolour: shade cells by value.
std::string terminal_heatmap(const DesignSpace& space, const Profile& profile, bool truecolour);

}  // namespace blockscope
