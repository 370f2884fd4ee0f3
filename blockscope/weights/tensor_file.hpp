#pragma once

#include <string>
#include <string_view>

#include "blockscope/weights/tensor.hpp"

namespace blockscope {

/// Reads a file of named tensors: safetensors, a torch checkpoint as zip, or the older torch stream
/// of pickles. The content decides which, not the name. Nothing in a file is executed, and
/// memory stays in proportion to the file's size.
/// Throws Error naming the file and the byte where it stops making sense.
TensorFile read_tensor_file(const std::string& path);

/// The same for bytes at hand; source: for messages.
TensorFile parse_tensor_file(std::string_view bytes, const std::string& source);

}  // namespace blockscope
