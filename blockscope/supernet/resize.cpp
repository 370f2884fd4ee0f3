#include "blockscope/supernet/resize.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace blockscope {
namespace {

constexpr int weight_bits = 22;

/// The values that one value of the result is made of.
struct Taps {
    int first = 0;
    std::vector<std::int32_t> weights;
};

std::vector<Taps> taps_of(int in, int out) {
    const double scale = static_cast<double>(in) / out;
    const double support = std::max(scale, 1.0);
    std::vector<Taps> taps(static_cast<std::size_t>(out));
    for (int x = 0; x < out; ++x) {
        const double centre = (x + 0.5) * scale;
        Taps& tap = taps[static_cast<std::size_t>(x)];
        const double begin = centre - support + 0.5;
        const double end = centre + support + 0.5;
        tap.first = std::max(0, static_cast<int>(begin));
        const int last = std::min(in, static_cast<int>(end));
        std::vector<double> weights;
        double sum = 0;
        for (int i = tap.first; i < last; ++i) {
            const double distance = std::abs((i - centre + 0.5) / support);
            weights.push_back(std::max(0.0, 1.0 - distance));
            sum += weights.back();
        }
        for (const double weight : weights) {
            tap.weights.push_back(
                static_cast<std::int32_t>(std::floor(weight / sum * (1 << weight_bits) + 0.5)));
        }
    }
    return taps;
}

std::uint8_t rounded(std::int32_t sum) {
    return static_cast<std::uint8_t>(std::clamp(sum >> weight_bits, 0, 255));
}

constexpr std::int32_t half = 1 << (weight_bits - 1);

Image resized_in_width(const Image& image, int width) {
    Image made{width, image.height, {}};
    made.values.resize(std::size_t{3} * width * image.height);
    const auto taps = taps_of(image.width, width);
    for (int y = 0; y < image.height; ++y) {
        const std::uint8_t* const from = image.row(y);
        std::uint8_t* to = made.row(y);
        for (const Taps& tap : taps) {
            std::array<std::int32_t, 3> sums{half, half, half};
            const std::uint8_t* value = from + std::size_t{3} * tap.first;
            for (const std::int32_t weight : tap.weights) {
                for (std::size_t c = 0; c < 3; ++c) sums[c] += weight * *value++;
            }
            for (const std::int32_t sum : sums) *to++ = rounded(sum);
        }
    }
    return made;
}

Image resized_in_height(const Image& image, int height) {
    Image made{image.width, height, {}};
    const std::size_t row_bytes = std::size_t{3} * image.width;
    made.values.resize(row_bytes * height);
    const auto taps = taps_of(image.height, height);
    std::vector<std::int32_t> sums(row_bytes);
    for (int y = 0; y < height; ++y) {
        const Taps& tap = taps[static_cast<std::size_t>(y)];
        std::fill(sums.begin(), sums.end(), half);
        for (std::size_t i = 0; i < tap.weights.size(); ++i) {
            const std::uint8_t* const from = image.row(tap.first + static_cast<int>(i));
            const std::int32_t weight = tap.weights[i];
            for (std::size_t v = 0; v < row_bytes; ++v) sums[v] += weight * from[v];
        }
        std::transform(sums.begin(), sums.end(), made.row(y), rounded);
    }
    return made;
}

/// Half to even, as Python rounds.
int rounded_half(int twice) { return twice / 2 + (twice % 2 != 0 && twice / 2 % 2 != 0 ? 1 : 0); }

// as published with ImageNet's networks
constexpr std::array<float, 3> mean{0.485F, 0.456F, 0.406F};
constexpr std::array<float, 3> deviation{0.229F, 0.224F, 0.225F};

}  // namespace

Image resized(const Image& image, int width, int height) {
    if (width == image.width && height == image.height) return image;
    if (height == image.height) return resized_in_width(image, width);
    if (width == image.width) return resized_in_height(image, height);
    return resized_in_height(resized_in_width(image, width), height);
}

Image cropped(const Image& image, int left, int top, int width, int height) {
    Image made{width, height, {}};
    made.values.resize(std::size_t{3} * width * height);
    for (int y = 0; y < height; ++y) {
        std::memcpy(made.row(y), image.row(top + y) + std::size_t{3} * left,
                    std::size_t{3} * width);
    }
    return made;
}

Image evaluation_view(const Image& image, int side, double centre) {
    const int shorter = static_cast<int>(std::ceil(side / centre));
    int width = shorter;
    int height = shorter;
    if (image.width < image.height) {
        height = static_cast<int>(static_cast<double>(shorter) * image.height / image.width);
    } else {
        width = static_cast<int>(static_cast<double>(shorter) * image.width / image.height);
    }
    return cropped(resized(image, width, height), rounded_half(width - side),
                   rounded_half(height - side), side, side);
}

void normalise_pixels(std::span<const std::uint8_t> rgb, std::span<float> to) {
    const std::size_t pixels = rgb.size() / 3;
    for (std::size_t c = 0; c < 3; ++c) {
        std::array<float, 256> table{};
        for (std::size_t v = 0; v < table.size(); ++v) {
            table[v] = (static_cast<float>(v) / 255.0F - mean[c]) / deviation[c];
        }
        for (std::size_t p = 0; p < pixels; ++p) to[c * pixels + p] = table[rgb[3 * p + c]];
    }
}

}  // namespace blockscope
