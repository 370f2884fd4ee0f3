#pragma once

#include <span>
#include <vector>

#include "blockscope/space/layer_table.hpp"

namespace blockscope {

/// An additive model of values: one coefficient for every (unit, layer, width, block) and every
/// stem variant, by ridge regression with penalty `lambda` on coefficients around the mean value.
/// values: finite, one for each architecture, at least one.
LayerTable fit_additive(const DesignSpace& space, std::span<const Architecture> archs,
                        std::span<const double> values, double lambda = 1.0);

}  // namespace blockscope
