#pragma once

#include <string>

#include "blockscope/network/parameters.hpp"

namespace blockscope {

/// The network as a serialized ONNX model (opset 14, IR version 8), batch norm folded.
/// Input "input" [batch, channels, height, width]; output "output", the same of the last map, or
/// [batch, features] behind a linear layer. Nodes are named "U1-L2/expand".
std::string to_onnx(const NetworkGraph& network, const Parameters& parameters, int batch = 1);

/// "" if the ONNX checker and shape inference accept the model, or what they say against it.
std::string check_onnx(const std::string& model);

}  // namespace blockscope
