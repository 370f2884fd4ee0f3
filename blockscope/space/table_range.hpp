#pragma once

#include <utility>

#include "blockscope/space/layer_table.hpp"

namespace blockscope {

/// Smallest and largest value of a table over all allowed architectures. Exact: terms of layers are
/// free of each other given the widths, so the best path through stem, units and head is found unit
/// by unit.
std::pair<double, double> range(const DesignSpace& space, const LayerTable& table);

}  // namespace blockscope
