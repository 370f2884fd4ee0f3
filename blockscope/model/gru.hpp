#pragma once

#include <array>
#include <memory>
#include <vector>

#include "blockscope/model/predictor.hpp"
#include "blockscope/space/design_space.hpp"
#include "blockscope/weights/tensor.hpp"

namespace blockscope {

/// The six shape numbers of every slot: height and width in and out by turns, channels in and out.
std::vector<std::array<double, 6>> gru_shapes(const DesignSpace& space, int resolution);

/// True if the file's names are those of the paper's latency predictor.
bool holds_gru(const TensorFile& file);

/// True for MBConv spaces of the nine blocks B1 to B9 and one width.
bool gru_knows(const DesignSpace& space);

/// The paper's latency predictor (Mills et al., CIKM 2021): one node for each active layer, its
/// block number (B1 to B9) looked up and its six shape numbers brought through a linear layer; a
/// bidirectional GRU; a linear layer on both halves' output at the last node, which the backward
/// half has just begun with. Heights and widths count in 112ths and are halved without remainder
/// from half the resolution on, channels in parts of the widest unit. Tensors:
/// embed_layer.op_embed_layer.weight [9, E], embed_layer.shape_embed_layer [S, 6],
/// encoder.rnn.{weight,bias}_{ih,hh}_l0{,_reverse} of a GRU from E + S to H, regressor [1, 2 H].
/// For spaces that gru_knows. Throws Error saying what was expected and found.
std::unique_ptr<Predictor> make_gru(const TensorFile& file, const DesignSpace& space);

}  // namespace blockscope
