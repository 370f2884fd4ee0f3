#pragma once

#include <span>
#include <string>
#include <vector>

#include "blockscope/weights/tensor.hpp"

namespace blockscope {

/// The numbers of a tensor that a model is made of. shape: what the model expects; -1 stands for
/// any number of at least 1. Throws Error naming file, tensor and what was found if it is absent,
/// of another shape, or holds NaN or infinity.
std::span<const float> weights(const TensorFile& file, const std::string& name,
                               const std::vector<std::int64_t>& shape);

}  // namespace blockscope
