#pragma once

#include <span>

#include "blockscope/report/profile_figures.hpp"
#include "blockscope/report/search_figures.hpp"

namespace blockscope {

/// One network of a front, layer by layer, with what profiles say of each block at its place
/// (Equation 2, with intervals): blue where it makes the metric better, faded where it cannot be
/// told. A choice of up to 12 networks over the joint front, metrics of the search first, 4 at
/// most. Spec empty: no profile is of a metric of the space at a resolution of these networks.
Figure layers_figure(const DesignSpace& space, const ReportedSearch& search,
                     std::span<const ReportedProfile> profiles);

}  // namespace blockscope
