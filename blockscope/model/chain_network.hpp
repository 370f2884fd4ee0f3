#pragma once

#include <memory>

#include "blockscope/model/predictor.hpp"
#include "blockscope/space/design_space.hpp"
#include "blockscope/weights/tensor.hpp"

namespace blockscope {

/// True if the file's names are those of a chain graph network of the AutoBuild repository.
bool holds_chain_network(const TensorFile& file);

/// Which space a chain graph network describes, by its node's second feature.
enum class ChainFamily { proxylessnas, ofa_mbv3 };

/// The graph network of AutoBuild (Mills et al., "Building Optimal Neural Architectures using
/// Interpretable Knowledge", CVPR 2024): one node for each active layer, edges from layer to layer,
/// graph convolutions with batch norm and residual, sum over nodes, linear layers. Input: unit,
/// layer, family, expansion, kernel and resolution, which may be 192 to 224.
/// Throws Error saying what was expected and found.
std::unique_ptr<Predictor> make_chain_network(const TensorFile& file, const DesignSpace& space,
                                              ChainFamily family);

}  // namespace blockscope
