#include <array>
#include <cmath>
#include <cstdint>

#include "blockscope/base/error.hpp"
#include "blockscope/model/fitted_model_file.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

// What is read gives numbers, is written, and reads back as what it was.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace blockscope;
    // which the seeds belong to
    static const DesignSpace space =
        load_space(BLOCKSCOPE_SOURCE_DIR "/tests/golden/models/small.toml");
    static const auto archs = sample(space, 8, Rng(1), 64);
    try {
        const std::string_view text(reinterpret_cast<const char*>(data), size);
        const auto model = parse_fitted_model(text, space, "f");
        std::array<double, 8> values{};
        make_fitted_predictor(model, space)->predict(archs, values, 1);
        const auto written = to_text(model, space);
        if (to_text(parse_fitted_model(written, space, "f"), space) != written) __builtin_trap();
    } catch (const Error&) {
    }
    return 0;
}
