#include <cstdint>

#include "blockscope/base/error.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

// What can be read can be counted, drawn from and written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace blockscope;
    try {
        const auto space = parse_space({reinterpret_cast<const char*>(data), size}, "f.toml");
        (void)blockscope::size(space);
        Rng rng(1);
        const auto a = Sampler(space, space.default_resolution).draw(rng);
        if (!contains(space, a)) __builtin_trap();
        (void)to_text(space, a);
    } catch (const Error&) {
    }
    return 0;
}
