#pragma once

#include <vector>

#include "blockscope/network/cost.hpp"

namespace blockscope {

/// Consecutive operators of a network that belong together, and what they cost. peak: the largest
/// of theirs, so the largest of all is the network's; everything else is a sum.
struct LayerCost {
    Location where;  ///< layer 0 in stem and head, which are one entry each
    Shape in;
    Shape out;
    Cost cost;
};

/// The stem, every layer of the body and the head, in order. A stem or head without operators has
/// no entry.
std::vector<LayerCost> layer_costs(const NetworkGraph& network);

}  // namespace blockscope
