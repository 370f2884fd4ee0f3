#include <cstdint>

#include "blockscope/base/error.hpp"
#include "blockscope/weights/tensor_file.hpp"

// Safetensors, torch streams and torch zip files: what can be read is not larger than the file by
// more than the readers say.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const auto file =
            blockscope::parse_tensor_file({reinterpret_cast<const char*>(data), size}, "f");
        std::size_t numbers = 0;
        for (const auto& [name, tensor] : file.tensors) {
            const auto count = static_cast<std::int64_t>(tensor.values.size());
            if (blockscope::element_count(tensor.shape, count) != count) __builtin_trap();
            numbers += tensor.values.size();
        }
        if (numbers > size) __builtin_trap();
    } catch (const blockscope::Error&) {
    }
    return 0;
}
