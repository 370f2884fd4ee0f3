#pragma once

#include <string>
#include <vector>

#include "blockscope/space/design_space.hpp"

namespace blockscope {

/// What is held fixed when a block's effect is asked for: block at (unit, layer) and, where units
/// choose their width, the width of the unit. All counted from 0; text counts from 1.
struct Placement {
    int unit = 0;
    int layer = 0;
    int width = 0;
    int block = 0;
    friend bool operator==(const Placement&, const Placement&) = default;
};

/// How depth behaves when a block is fixed at a layer.
/// definition: the paper's text; the depth is uniform over those that have the layer.
/// published: the paper's code; a drawn depth d becomes max(d, l - 1) in MBConv units (so at
/// d = l - 1 the block does nothing) and max(d, l) in bottleneck units.
enum class Protocol { definition, published };

std::string_view to_string(Protocol protocol);

/// All placements in the paper's order: unit, width, layer, block.
std::vector<Placement> placements(const DesignSpace& space);

/// Distinct block names over all placements, in order of first appearance.
std::vector<std::string> block_names(const DesignSpace& space);

/// "MBConv6-7" or "C65-B20".
std::string block_name(const DesignSpace& space, const Placement& p);

/// "U1-L2-MBConv6-7", counted from 1.
std::string label(const DesignSpace& space, const Placement& p);

/// Probability of each depth of `unit` (index: depth, 0 to max_depth) with nothing fixed.
std::vector<double> depth_weights(const DesignSpace& space, int unit);

/// The same when a block is fixed at `layer` (from 0). Depths of layer or less: the block is inert.
std::vector<double> depth_weights(const DesignSpace& space, int unit, int layer, Protocol protocol);

/// The depth that the published code raises smaller ones to when a block is fixed at `layer` (from
/// 0): one less than it takes in MBConv units, enough in bottleneck units. Depths that the space
/// does not allow go on to the next one it does.
int published_least_depth(const DesignSpace& space, int unit, int layer);

}  // namespace blockscope
