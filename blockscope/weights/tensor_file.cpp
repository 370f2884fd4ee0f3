#include "blockscope/weights/tensor_file.hpp"

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/weights/safetensors.hpp"
#include "blockscope/weights/torch_legacy.hpp"
#include "blockscope/weights/torch_zip.hpp"
#include "blockscope/weights/zip.hpp"

namespace blockscope {

TensorFile parse_tensor_file(std::string_view bytes, const std::string& source) {
    if (looks_like_safetensors(bytes)) return parse_safetensors(bytes, source);
    if (looks_like_torch_legacy(bytes)) return parse_torch_legacy(bytes, source);
    if (looks_like_zip(bytes)) return parse_torch_zip(bytes, source);
    throw Error(
        "byte 0: is no file of weights; safetensors and torch checkpoints (zip, legacy) are read",
        source);
}

TensorFile read_tensor_file(const std::string& path) {
    return parse_tensor_file(read_file(path), path);
}

}  // namespace blockscope
