#include "blockscope/runtime/batch_norm.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "blockscope/base/parallel.hpp"

namespace blockscope {
namespace {

constexpr std::size_t chunk_pixels = 1024;

float activated(Activation activation, float x) {
    const float gate = std::min(std::max(x + 3, 0.0F), 6.0F) * (1.0F / 6);
    switch (activation) {
        case Activation::none:
            return x;
        case Activation::relu:
            return std::max(x, 0.0F);
        case Activation::relu6:
            return std::min(std::max(x, 0.0F), 6.0F);
        case Activation::h_swish:
            return x * gate;
        case Activation::swish:
            return x / (1 + std::exp(-x));
        case Activation::h_sigmoid:
            return gate;
    }
    return x;
}

/// One activation at a time, so that the compiler sees a loop without a choice in it.
template <Activation activation>
void normalise_pixels(float* pixel, std::size_t pixels, std::size_t channels, const float* mean,
                      const float* factor, const float* shift) {
    for (std::size_t p = 0; p < pixels; ++p, pixel += channels) {
        for (std::size_t c = 0; c < channels; ++c) {
            pixel[c] = activated(activation, (pixel[c] - mean[c]) * factor[c] + shift[c]);
        }
    }
}

using Kernel = void (*)(float*, std::size_t, std::size_t, const float*, const float*, const float*);

Kernel kernel_of(Activation activation) {
    switch (activation) {
        case Activation::none:
            return normalise_pixels<Activation::none>;
        case Activation::relu:
            return normalise_pixels<Activation::relu>;
        case Activation::relu6:
            return normalise_pixels<Activation::relu6>;
        case Activation::h_swish:
            return normalise_pixels<Activation::h_swish>;
        case Activation::swish:
            return normalise_pixels<Activation::swish>;
        case Activation::h_sigmoid:
            break;
    }
    return normalise_pixels<Activation::h_sigmoid>;
}

}  // namespace

ChannelStatistics channel_statistics(std::span<const float> map, std::size_t channels,
                                     int threads) {
    const std::size_t pixels = map.size() / channels;
    const std::size_t chunks = (pixels + chunk_pixels - 1) / chunk_pixels;
    std::vector<double> sums(2 * chunks * channels, 0.0);  // of values, then of their squares
    parallel_chunks(pixels, chunk_pixels, static_cast<unsigned>(threads),
                    [&](std::size_t first, std::size_t last, std::size_t chunk) {
                        double* const sum = sums.data() + 2 * chunk * channels;
                        double* const square = sum + channels;
                        for (std::size_t p = first; p < last; ++p) {
                            const float* const pixel = map.data() + p * channels;
                            for (std::size_t c = 0; c < channels; ++c) {
                                const double x = pixel[c];
                                sum[c] += x;
                                square[c] += x * x;
                            }
                        }
                    });
    ChannelStatistics made{std::vector<double>(channels), std::vector<double>(channels)};
    for (std::size_t i = 0; i < chunks; ++i) {
        for (std::size_t c = 0; c < channels; ++c) {
            made.mean[c] += sums[2 * i * channels + c];
            made.variance[c] += sums[(2 * i + 1) * channels + c];
        }
    }
    for (std::size_t c = 0; c < channels; ++c) {
        made.mean[c] /= static_cast<double>(pixels);
        // of float32 values: what cancels is 10^-16 of the squares, far below their own rounding
        made.variance[c] = std::max(
            0.0, made.variance[c] / static_cast<double>(pixels) - made.mean[c] * made.mean[c]);
    }
    return made;
}

void normalise(std::span<float> map, const ChannelStatistics& statistics, const ScaleAndShift& norm,
               double eps, Activation activation, int threads) {
    const std::size_t channels = norm.scale.size();
    assert(channels > 0);  // of an operator that has a batch norm
    const std::vector<float> mean(statistics.mean.begin(), statistics.mean.end());
    std::vector<float> factor(channels);
    for (std::size_t c = 0; c < channels; ++c) {
        factor[c] = static_cast<float>(norm.scale[c] / std::sqrt(statistics.variance[c] + eps));
    }
    const Kernel kernel = kernel_of(activation);
    parallel_chunks(map.size() / channels, chunk_pixels, static_cast<unsigned>(threads),
                    [&](std::size_t first, std::size_t last, std::size_t) {
                        kernel(map.data() + first * channels, last - first, channels, mean.data(),
                               factor.data(), norm.shift.data());
                    });
}

}  // namespace blockscope
