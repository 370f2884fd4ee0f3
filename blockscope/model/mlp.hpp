#pragma once

#include <memory>

#include "blockscope/model/one_hot.hpp"
#include "blockscope/model/predictor.hpp"
#include "blockscope/weights/tensor.hpp"

namespace blockscope {

/// True if the file's names are those of an MLP: `0.weight`, `2.weight`, ... or
/// `layers.0.0.weight`,
/// ..., `layers.N.weight`.
bool holds_mlp(const TensorFile& file);

/// Linear layers with ReLU between them, the last one with one output, and `base_acc` added where
/// the file has it. The first layer must take what the encoding of `space` gives. Throws Error
/// saying what was expected and found.
std::unique_ptr<Predictor> make_mlp(const TensorFile& file, const DesignSpace& space);

/// Number of inputs of the first layer.
std::int64_t mlp_inputs(const TensorFile& file);

}  // namespace blockscope
