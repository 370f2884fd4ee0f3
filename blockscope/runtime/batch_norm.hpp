#pragma once

#include <span>
#include <vector>

#include "blockscope/space/design_space.hpp"

namespace blockscope {

/// What batch norm does after normalising; empty for operators without.
struct ScaleAndShift {
    std::vector<float> scale;
    std::vector<float> shift;
};

/// Of each channel: mean and biased variance over images and pixels.
struct ChannelStatistics {
    std::vector<double> mean;
    std::vector<double> variance;
};

/// map: [image and pixel, channel], at least one pixel. Sums in double; the same for any number of
/// threads.
ChannelStatistics channel_statistics(std::span<const float> map, std::size_t channels, int threads);

/// Replaces x in `map` by activation(scale * (x - mean) / sqrt(variance + eps) + shift).
void normalise(std::span<float> map, const ChannelStatistics& statistics, const ScaleAndShift& norm,
               double eps, Activation activation, int threads);

}  // namespace blockscope
