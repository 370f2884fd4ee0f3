#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace blockscope {

/// 8-bit RGB. values: [row, column, channel].
struct Image {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> values;

    std::uint8_t* row(int y) { return values.data() + std::size_t{3} * width * y; }
    const std::uint8_t* row(int y) const { return values.data() + std::size_t{3} * width * y; }
};

/// A JPEG or PNG file as PIL reads it and converts it to RGB: the orientation that a camera noted
/// is not applied, grey becomes three equal channels, CMYK is taken as Adobe's programs write it,
/// and transparency and gamma are dropped. Damage that the JPEG library repairs is no failure.
/// source: for messages. Throws Error for what is no such image, ends too early or is above 100
/// million pixels.
Image decode_image(std::string_view bytes, const std::string& source);

/// decode_image for each format.
Image decode_jpeg(std::string_view bytes, const std::string& source);
Image decode_png(std::string_view bytes, const std::string& source);

inline constexpr std::int64_t most_pixels = 100'000'000;

}  // namespace blockscope
