#pragma once

#include <cstddef>
#include <vector>

#include "blockscope/network/graph.hpp"

namespace blockscope {

/// One call of a library: an operator, or a convolution that takes the addition behind it along.
struct PlannedStep {
    int op = 0;  ///< index of the operator
    Activation activation = Activation::none;
    bool accumulate = false;  ///< the result is added to what its buffer holds, then activated
    bool swapped = false;     ///< add: `second` is the operand that is written over
    int result = 0;           ///< number of the tensor it makes
};

/// How a network runs in one block of memory: which operators run, and where each tensor lies.
/// A residual addition is done by the convolution before it, on the shortcut's buffer, where
/// nothing reads the shortcut later; other additions and rescales write over an operand where they
/// may.
struct ActivationPlan {
    std::vector<PlannedStep> steps;
    std::vector<std::size_t> offset;  ///< of each tensor, bytes, multiples of 64; tensor 0 first
    std::size_t bytes = 0;
};

/// channels-last or not does not matter here; float32, `batch` images.
/// fuse_additions: false for a library whose convolutions cannot add.
ActivationPlan plan_activations(const NetworkGraph& network, int batch, bool fuse_additions = true);

}  // namespace blockscope
