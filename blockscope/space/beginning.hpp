#pragma once

#include "blockscope/space/design_space.hpp"

namespace blockscope {

/// The stem and the first `units` units of `a`; the rest is 0. Architectures are alike up to there
/// where these are equal.
Architecture beginning(const DesignSpace& space, const Architecture& a, int units);

/// An order in which architectures that begin alike come one after the other: by resolution, stem,
/// then unit by unit.
bool begins_before(const DesignSpace& space, const Architecture& a, const Architecture& b);

}  // namespace blockscope
