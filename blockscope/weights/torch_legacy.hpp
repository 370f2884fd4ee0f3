#pragma once

#include <string>
#include <string_view>

#include "blockscope/weights/tensor.hpp"

namespace blockscope {

/// A checkpoint as torch wrote it before 1.6: five pickles in a row (a magic number, protocol 1001,
/// the writer's system, the state dict, the keys of its storages), then for each of these keys an
/// 8-byte count and as many numbers. Throws Error naming the byte.
TensorFile parse_torch_legacy(std::string_view bytes, const std::string& source);

bool looks_like_torch_legacy(std::string_view bytes);

}  // namespace blockscope
