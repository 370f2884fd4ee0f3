#pragma once

#include <cstdint>
#include <span>

#include "blockscope/supernet/image.hpp"

namespace blockscope {

/// PIL's bilinear resizing, antialiased where it shrinks, to the bit: a triangle as wide as the
/// scale, weights rounded to 22 bits, horizontal first with an 8-bit result, then vertical; an axis
/// that keeps its size is left alone. width, height >= 1.
Image resized(const Image& image, int width, int height);

/// The part of `image` from (left, top); it must lie inside.
Image cropped(const Image& image, int left, int top, int width, int height);

/// What evaluation shows a network of input size `side`: the shorter side resized to
/// ceil(side / centre), the longer one in proportion (truncated), and the middle square cut out,
/// its corner rounded half to even. centre: the share of the shorter side that is seen, 0.875 in
/// the original code. Source: torchvision's Resize and CenterCrop.
Image evaluation_view(const Image& image, int side, double centre = 0.875);

/// [channel, row, column], each value / 255 less the channel's mean over its deviation, in float32
/// as torchvision computes it. rgb: [row, column, channel]; `to` has as many values.
void normalise_pixels(std::span<const std::uint8_t> rgb, std::span<float> to);

}  // namespace blockscope
