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
    /// Each by itself, and one for each depth of a unit: ridge regression on one-hot
    /// (unit, layer, width, block) and (unit, depth).
    independent
};

/// How the strength with the least error in cross-validation is looked for.
enum class StrengthSearch {
    valley,  ///< from strong to weak until it is no better: quick
    grid     ///< all of them, stronger ones too. In 100 networks of a measured latency at 25
             ///< resolutions (half of its variance noise) it took a tenth off the error
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
    PriorStrength strength;
};

/// archs: points of the space. targets: finite, as many. fold: of each, below folds >= 2.
AdditiveFit fit_additive(const DesignSpace& space, std::span<const Architecture> archs,
                         std::span<const double> targets, std::span<const std::uint8_t> fold,
                         int folds, Prior prior, StrengthSearch search);

/// Fitted to everything, with the shared prior; folds, for the strength, by position.
LayerTable fit_additive(const DesignSpace& space, std::span<const Architecture> archs,
                        std::span<const double> values);

}  // namespace blockscope
