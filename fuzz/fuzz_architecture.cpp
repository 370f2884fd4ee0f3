#include <cstdint>

#include "blockscope/base/error.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/space_file.hpp"

// What can be read is written in a form that reads back the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace blockscope;
    static const DesignSpace spaces[] = {load_space("ofa-mbv3"), load_space("proxylessnas"),
                                         load_space("resnet50")};
    for (const auto& space : spaces) {
        try {
            const auto a = parse_architecture(space, {reinterpret_cast<const char*>(data), size});
            if (parse_architecture(space, to_text(space, a)) != a) __builtin_trap();
        } catch (const Error&) {
        }
    }
    return 0;
}
