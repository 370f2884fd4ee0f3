#include <cstdint>

#include "blockscope/base/error.hpp"
#include "blockscope/weights/torch_state.hpp"

// Pickles by themselves, so that no checksum or length keeps changes out.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace blockscope;
    const std::string source = "f";
    try {
        const Pickle pickle = parse_pickle({reinterpret_cast<const char*>(data), size}, source);
        (void)pickle.find(pickle.top(), "key");
        (void)torch_storages(pickle, source);
        std::string numbers;
        const auto file = torch_tensors(
            pickle,
            [&](const TorchStorage& storage) -> std::string_view {
                if (storage.count > 1000) throw Error("too large", source);
                numbers.resize(storage.count * element_bytes(storage.type));
                return numbers;
            },
            source, size);
        for (const auto& [name, tensor] : file.tensors) {
            if (tensor.values.size() > 1000) __builtin_trap();
        }
    } catch (const Error&) {
    }
    return 0;
}
