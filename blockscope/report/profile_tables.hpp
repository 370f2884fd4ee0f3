#pragma once

#include "blockscope/report/profile_figures.hpp"

namespace blockscope {

/// Figure 2 as a table: value and half-width of each block, ~ where it cannot be told from the
/// mean.
TextTable block_table(const DesignSpace& space, const ReportedProfile& reported,
                      std::span<const ReportedProfile> among);

/// What each further layer adds, with intervals.
TextTable depth_table(const ReportedProfile& reported, std::span<const ReportedProfile> among);

}  // namespace blockscope
