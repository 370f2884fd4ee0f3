#pragma once

#include <string>
#include <vector>

#include "blockscope/profile/variance_shares.hpp"

namespace blockscope {

/// A bar of the variance figure: a unit, the stem or the whole network, and what it is made of.
struct VarianceBar {
    std::string name;  ///< "unit 1", "resolution", "all choices"
    Estimate total;    ///< share of the metric's variance; NaN where it is not stated
    struct Part {
        std::string kind;  ///< "depth", "expansion", "kernel", "width", "additive", ...
        double share = 0;  ///< sum over the unit's layers
    };
    std::vector<Part> parts;  ///< in the order of `variance_kinds`
};

/// Units in order, what else has a factor of its own, then "all choices": additive, interaction,
/// noise. A layer's block counts by its expansion and kernel where those have shares.
std::vector<VarianceBar> variance_bars(const std::vector<VarianceShare>& shares);

/// All kinds that bars have, in a fixed order.
std::vector<std::string> variance_kinds(const std::vector<VarianceBar>& bars);

}  // namespace blockscope
