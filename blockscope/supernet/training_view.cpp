#include "blockscope/supernet/training_view.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "blockscope/supernet/resize.hpp"

namespace blockscope {
namespace {

struct Box {
    int left = 0;
    int top = 0;
    int width = 0;
    int height = 0;
};

double between(double low, double high, Rng& rng) { return low + (high - low) * rng.uniform(); }

int rounded(double value) { return static_cast<int>(std::nearbyint(value)); }

constexpr double narrowest = 3.0 / 4;
constexpr double widest = 4.0 / 3;

Box random_box(const Image& image, double smallest_crop, Rng& rng) {
    const double area = static_cast<double>(image.width) * image.height;
    for (int attempt = 0; attempt < 10; ++attempt) {
        const double part = area * between(smallest_crop, 1, rng);
        const double shape = std::exp(between(std::log(narrowest), std::log(widest), rng));
        Box box;
        box.width = rounded(std::sqrt(part * shape));
        box.height = rounded(std::sqrt(part / shape));
        if (box.width < 1 || box.width > image.width) continue;
        if (box.height < 1 || box.height > image.height) continue;
        box.top = static_cast<int>(rng.below(static_cast<unsigned>(image.height - box.height + 1)));
        box.left = static_cast<int>(rng.below(static_cast<unsigned>(image.width - box.width + 1)));
        return box;
    }
    Box box{0, 0, image.width, image.height};
    const double shape = static_cast<double>(image.width) / image.height;
    if (shape < narrowest) box.height = rounded(image.width / narrowest);
    if (shape > widest) box.width = rounded(image.height * widest);
    box.left = (image.width - box.width) / 2;
    box.top = (image.height - box.height) / 2;
    return box;
}

void mirror(Image& image) {
    for (int y = 0; y < image.height; ++y) {
        std::uint8_t* const row = image.row(y);
        for (int x = 0; x < image.width / 2; ++x) {
            std::swap_ranges(row + std::size_t{3} * x, row + std::size_t{3} * x + 3,
                             row + std::size_t{3} * (image.width - 1 - x));
        }
    }
}

/// from + factor * (value - from), cut off to 0..255 and truncated.
std::uint8_t blended(int from, int value, float factor) {
    const float mixed = static_cast<float>(from) + factor * static_cast<float>(value - from);
    return static_cast<std::uint8_t>(std::clamp(mixed, 0.0F, 255.0F));
}

void brighten(Image& image, float factor) {
    for (auto& value : image.values) value = blended(0, value, factor);
}

void saturate(Image& image, float factor) {
    for (std::size_t i = 0; i < image.values.size(); i += 3) {
        std::uint8_t* const rgb = image.values.data() + i;
        // luma of ITU-R 601, in 16 bits
        const int grey = (rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 0x8000) >> 16;
        for (int c = 0; c < 3; ++c) rgb[c] = blended(grey, rgb[c], factor);
    }
}

}  // namespace

Image training_view(const Image& image, int side, Rng& rng, double smallest_crop) {
    const Box box = random_box(image, smallest_crop, rng);
    Image view = resized(cropped(image, box.left, box.top, box.width, box.height), side, side);
    if (rng.uniform() < 0.5) mirror(view);
    const auto brightness = static_cast<float>(between(1 - 32.0 / 255, 1 + 32.0 / 255, rng));
    const auto saturation = static_cast<float>(between(0.5, 1.5, rng));
    const bool brightness_first = rng.uniform() < 0.5;
    if (brightness_first) brighten(view, brightness);
    saturate(view, saturation);
    if (!brightness_first) brighten(view, brightness);
    return view;
}

}  // namespace blockscope
