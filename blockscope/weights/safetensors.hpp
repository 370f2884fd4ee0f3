#pragma once

#include <string>
#include <string_view>

#include "blockscope/weights/tensor.hpp"

namespace blockscope {

/// The safetensors format: 8 bytes with the header's length, the header as JSON
///     {"name": {"dtype": "F32", "shape": [400, 128], "data_offsets": [first, last]}, ...}
/// (texts of an entry `__metadata__` become the file's notes), then the numbers, little endian.
/// Reads F32 and I64; the tensors must fill the rest of the file without gap or overlap, as the
/// format's text asks. Throws Error naming the byte.
TensorFile parse_safetensors(std::string_view bytes, const std::string& source);

/// A file of that format, all tensors as F32. Equal contents give equal bytes.
std::string to_safetensors(const TensorFile& file);

/// True if the file starts like one.
bool looks_like_safetensors(std::string_view bytes);

}  // namespace blockscope
