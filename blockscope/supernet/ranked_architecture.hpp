#pragma once

#include "blockscope/space/design_space.hpp"

namespace blockscope {

/// The architecture at `share` of the way from a space's smallest to its largest, 0 to 1: of every
/// choice that the space allows the option that far along, ordered by depth, channels, and
/// expansion, then kernel of blocks. 0 and 1 bound every architecture where blocks form a grid.
Architecture ranked_architecture(const DesignSpace& space, int resolution, double share);

}  // namespace blockscope
