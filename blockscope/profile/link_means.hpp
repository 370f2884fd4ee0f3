#pragma once

#include <span>
#include <vector>

#include "blockscope/model/link.hpp"
#include "blockscope/profile/grid_surrogate.hpp"
#include "blockscope/profile/strata.hpp"

namespace blockscope {

/// Mean of each fold's link, taken of its grid surrogate's value, in every stratum,
/// [stratum * folds + fold]; exact. Resolutions count the same.
std::vector<double> link_means(std::span<const Link> links, std::span<const GridSurrogate> grids,
                               const Strata& strata, std::size_t resolutions);

}  // namespace blockscope
