#include <cstdint>

#include "blockscope/base/error.hpp"
#include "blockscope/model/lookup_table.hpp"
#include "blockscope/space/space_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace blockscope;
    static const DesignSpace space = load_space("ofa-mbv3");
    try {
        const auto table = parse_lookup_table({reinterpret_cast<const char*>(data), size}, "f");
        if (table.resolution < 16) __builtin_trap();
        (void)layer_table(table, space);
    } catch (const Error&) {
    }
    return 0;
}
