#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "blockscope/space/layer_table.hpp"

namespace blockscope {

/// What is believed of the coefficients of an additive model before there is data.
enum class Prior {
    /// They share strength: those of one location, of one expansion or kernel at a location or
    /// anywhere in a unit (layer 1 apart from the later layers), and of one width are alike.
    shared,
    /// Each by itself: ridge regression.
    independent
};

/// Strength of the prior: ratio of the noise's variance to the values', and the share of a
/// coefficient that it has for itself (shared only).
struct PriorStrength {
    double noise = 0.01;
    double own = 0.01;
};

/// One coefficient for every (unit, layer, width, block) and every stem variant, fitted without one
/// part of the data at a time.
struct AdditiveFit {
    std::vector<LayerTable> without;  ///< by fold
    PriorStrength strength;           ///< the one with the least error in cross-validation
};

/// archs: points of the space. targets: finite, as many. fold: of each, below folds >= 2.
AdditiveFit fit_additive(const DesignSpace& space, std::span<const Architecture> archs,
                         std::span<const double> targets, std::span<const std::uint8_t> fold,
                         int folds, Prior prior);

/// Fitted to everything, with the shared prior; folds, for the strength, by position.
LayerTable fit_additive(const DesignSpace& space, std::span<const Architecture> archs,
                        std::span<const double> values);

}  // namespace blockscope
