#pragma once

#include <string>

#include "blockscope/profile/profile.hpp"

namespace blockscope {

/// Figures 5 to 7 in a terminal: a line for each unit, a bar for each placement (its delta, from
/// the smallest of all to the largest), a gap between layers; `.` where nothing is known.
/// truecolour: blue is better, orange worse.
std::string terminal_sparklines(const DesignSpace& space, const Profile& profile, bool truecolour);

}  // namespace blockscope
