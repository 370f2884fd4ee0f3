#pragma once

#include <functional>
#include <vector>

#include "blockscope/space/layer_table.hpp"

namespace blockscope {

/// The distribution that architectures are drawn from, unit by unit; what a placement or a depth
/// holds fixed changes one unit of it.
struct UnitDistribution {
    std::vector<double> depth;               ///< probability, index: depth
    std::vector<double> width;               ///< index: width option
    std::vector<std::vector<double>> block;  ///< index: layer, block
};
using BodyDistribution = std::vector<UnitDistribution>;

/// Uniform over everything allowed.
BodyDistribution uniform_body(const DesignSpace& space);

/// With a placement held fixed.
UnitDistribution fixed_unit(const DesignSpace& space, const Placement& fixed, Protocol protocol);

/// Probability of each stem variant of `table`.
std::vector<double> stem_weights(const DesignSpace& space, const LayerTable& table);

/// E[table.value(A)] of a sum table.
double expected_sum(const LayerTable& table, const std::vector<double>& stem,
                    const BodyDistribution& body);

}  // namespace blockscope
