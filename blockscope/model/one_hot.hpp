#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "blockscope/space/design_space.hpp"

namespace blockscope {

/// An input of zeros and ones. Holds where the ones stand, so that a first layer adds up the
/// columns of its weights instead of multiplying with zeros.
class OneHot {
public:
    static constexpr int most_ones = 96;

    /// Names the space that the input describes; see built-in spaces.
    std::string space;
    int inputs = 0;
    std::map<int, int> resolutions;  ///< pixels to index

    /// Index for option o of stem choice s, and of the width of unit u; -1: not in the input.
    std::vector<std::vector<int>> stem;
    std::vector<std::vector<int>> widths;
    /// Of block b in slot s, at 64 s + b: up to two indices, -1 for none.
    std::vector<std::array<int, 2>> blocks;
    std::vector<int> first_slot;  ///< of each unit, in an Architecture

    /// Writes the indices of the ones; returns how many, 0 if the resolution has no place.
    int ones(const Architecture& a, std::span<std::uint16_t, most_ones> indices) const;
};

/// Input of OFA's accuracy predictor for MobileNetV3: kernels of 20 slots, expansions of 20 slots,
/// resolutions 112 to 224 in steps of 16; slots that are not active stay 0. 128 numbers.
OneHot ofa_mobilenet_one_hot(const DesignSpace& space);

/// Input of OFA's accuracy predictor for ResNet50: resolution (128, 144, 160, 176, 192, 224, 240,
/// 256; no 208), optional stem block absent or present, widths of two stem layers and four units,
/// ratios of 18 slots. 82 numbers.
OneHot ofa_resnet_one_hot(const DesignSpace& space);

}  // namespace blockscope
