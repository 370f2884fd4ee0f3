#pragma once

#include <string>
#include <string_view>

#include "blockscope/weights/tensor.hpp"

namespace blockscope {

/// A checkpoint as torch writes it since 1.6: a zip file with FOLDER/data.pkl, the storages as
/// FOLDER/data/KEY and FOLDER/byteorder. Throws Error naming the byte.
TensorFile parse_torch_zip(std::string_view bytes, const std::string& source);

}  // namespace blockscope
