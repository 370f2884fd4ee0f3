#pragma once

#include <span>
#include <string>
#include <vector>

#include "blockscope/space/design_space.hpp"

namespace blockscope {

/// Whether architectures look drawn uniformly from a space, and what can be done if not. Chi-square
/// tests of every choice (depth of a unit, block of a layer that is there, widths, stem choices,
/// resolution), then of the independence of choices (depths of two units, blocks of neighbouring
/// layers); each family is held to 1 false alarm in 1,000 by Bonferroni.
struct Uniformity {
    bool uniform = true;
    std::string deviation;  ///< the choice that deviates most, for people
    /// Where choices are independent though not uniform, weights undo it: probability in the space
    /// over frequency in the sample. Empty otherwise.
    bool independent = true;
    std::string dependence;
    std::vector<double> weights;
    double effective_size = 0;  ///< equally weighted architectures that would be worth as much
};

/// archs: points of the space. resolutions: those it should be uniform over.
Uniformity uniformity(const DesignSpace& space, std::span<const Architecture> archs,
                      const std::vector<int>& resolutions);

}  // namespace blockscope
