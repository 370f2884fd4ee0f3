#pragma once

#include <span>
#include <string>

#include "blockscope/report/profile_figures.hpp"
#include "blockscope/report/search_figures.hpp"

namespace blockscope {

/// Static drawings (SVG) of what profile_figures.hpp and search_figures.hpp specify; figure: for
/// the title and the description. Cells that cannot be told from the mean are hatched.
std::string draw_heatmap(const DesignSpace& space, const Profile& profile, const Figure& figure);
std::string draw_placements(const DesignSpace& space, const Profile& profile, const Figure& figure);
std::string draw_depths(const Profile& profile, const Figure& figure);
std::string draw_variance(const Profile& profile, const Figure& figure);
std::string draw_fronts(std::span<const ReportedSearch> searches, const Figure& figure);

}  // namespace blockscope
