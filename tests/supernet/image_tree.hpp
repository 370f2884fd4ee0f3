#pragma once

#include <filesystem>
#include <string>

#include "blockscope/base/file.hpp"

#include "tests/supernet/image_files.hpp"

namespace blockscope {

/// `count` small images, all different, in each of the classes a, b and c of root/part.
inline void put_images(const std::filesystem::path& root, const std::string& part, int count) {
    for (int c = 0; c < 3; ++c) {
        const auto folder = root / part / std::string(1, static_cast<char>('a' + c));
        std::filesystem::create_directories(folder);
        for (int i = 0; i < count; ++i) {
            Image image = striped(20 + i % 5, 24);
            for (std::size_t v = static_cast<std::size_t>(c); v < image.values.size(); v += 3) {
                image.values[v] = static_cast<std::uint8_t>(image.values[v] / 2 + 40 + 7 * i);
            }
            write_file(folder / (std::to_string(i) + ".png"), png_file(image));
        }
    }
}

}  // namespace blockscope
