#pragma once

#include <cmath>
#include <filesystem>
#include <numbers>
#include <string>

#include "blockscope/base/file.hpp"
#include "blockscope/base/random.hpp"
#include "blockscope/space/space_file.hpp"

#include "tests/supernet/image_files.hpp"

namespace blockscope {

/// A space whose smallest network, all kernels 1, sees pixels only and so can tell nothing of the
/// classes of `put_stripes`.
inline constexpr const char* stripes_toml = R"(
name = "stripes"
round_to = 4
resolutions = 16
[[stem]]
op = "conv"
channels = 8
activation = "swish"
[blocks]
kind = "mbconv"
expand = 2
kernel = [1, 3, 5]
[[unit]]
channels = 8
stride = 2
depth = [1, 2]
activation = "swish"
[[unit]]
channels = [12, 16]
stride = 2
depth = [1, 2]
se = true
activation = "swish"
[[head]]
op = "global_pool"
[[head]]
op = "linear"
channels = 4
)";

inline DesignSpace stripes_space() { return parse_space(stripes_toml, "stripes.toml"); }

/// `count` noisy images in each of four classes: stripes 4 or 6 pixels apart, lying or standing.
inline void put_stripes(const std::filesystem::path& root, const std::string& part, int count) {
    Rng rng(part == "train" ? 1 : 2);
    for (int c = 0; c < 4; ++c) {
        const auto folder = root / part / std::string(1, static_cast<char>('a' + c));
        std::filesystem::create_directories(folder);
        for (int i = 0; i < count; ++i) {
            Image image{16, 16, std::vector<std::uint8_t>(3 * 16 * 16)};
            const double phase = 2 * std::numbers::pi * rng.uniform();
            const double period = c % 2 == 0 ? 4 : 6;
            for (int y = 0; y < 16; ++y) {
                for (int x = 0; x < 16; ++x) {
                    const int across = c < 2 ? x : y;
                    const double wave = std::sin(phase + 2 * std::numbers::pi * across / period);
                    for (int k = 0; k < 3; ++k) {
                        const double value = 127 + 45 * wave + 160 * (rng.uniform() - 0.5);
                        image.row(y)[3 * x + k] = static_cast<std::uint8_t>(value);
                    }
                }
            }
            write_file(folder / (std::to_string(i) + ".png"), png_file(image));
        }
    }
}

}  // namespace blockscope
