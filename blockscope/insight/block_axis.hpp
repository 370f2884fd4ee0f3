#pragma once

#include <utility>
#include <vector>

#include "blockscope/space/placement.hpp"

namespace blockscope {

/// Kernel size or expansion of blocks: what candidates of a grid differ in.
enum class Axis { kernel, expansion };

inline const char* to_string(Axis axis) { return axis == Axis::kernel ? "kernel" : "expansion"; }

/// Distinct values over the space's blocks, ascending.
std::vector<double> axis_values(const DesignSpace& space, Axis axis);

/// Placements whose block has `from` on the axis with those that differ from them only in having
/// `to`, at all locations that allow both.
std::vector<std::pair<Placement, Placement>> axis_pairs(const DesignSpace& space, Axis axis,
                                                        double from, double to);

}  // namespace blockscope
