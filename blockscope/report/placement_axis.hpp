#pragma once

#include <nlohmann/json_fwd.hpp>

#include "blockscope/space/placement.hpp"

namespace blockscope {

/// What charts over all placements share: the axis in the paper's order, the lines between units
/// and layers, a unit to zoom to. Rows have the fields i (from 0), at ("U1-L1-B1"), block, unit and
/// group (of placements that a line may join).
nlohmann::ordered_json placement_row(const DesignSpace& space, const Placement& p, std::size_t i);

/// The x encoding.
nlohmann::ordered_json placement_axis(const DesignSpace& space);

/// The parameter `zoom` and the filter that follows it.
nlohmann::ordered_json unit_parameter(const DesignSpace& space);
const char* unit_filter();

/// Layers with the boundaries of units (solid) and layers (dotted), and the units' names.
nlohmann::ordered_json place_layers(const DesignSpace& space);

/// The last layer: a line at the placement nearest to the pointer, with a tooltip.
nlohmann::ordered_json hover_layer(const nlohmann::ordered_json& tooltip);

}  // namespace blockscope
