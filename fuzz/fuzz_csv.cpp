#include <cstdint>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const auto table = blockscope::parse_csv({reinterpret_cast<const char*>(data), size}, "f");
        for (std::size_t r = 0; r < table.rows.size(); ++r) {
            for (std::size_t c = 0; c < table.header.size(); ++c) (void)table.number(r, c);
        }
    } catch (const blockscope::Error&) {
    }
    return 0;
}
