#include "blockscope/model/feed_forward.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>

namespace blockscope {
namespace {

double centred(int resolution) { return (resolution - 224) / 64.0; }

}  // namespace

double grid_step(std::span<const float> weights) {
    float largest = 0;
    for (const float w : weights) largest = std::max(largest, std::abs(w));
    return static_cast<double>(largest) / 9999;
}

float on_grid(float weight, double step) {
    return step > 0 ? static_cast<float>(std::nearbyint(weight / step) * step) : weight;
}

FeedForwardRunner::FeedForwardRunner(const FeedForward& network, const DesignSpace& space,
                                     std::span<const int> resolutions)
    : features_(space),
      width_(padded<float>(network.width)),
      window_(network.window()),
      widest_(width_),
      resolutions_(resolutions.begin(), resolutions.end()),
      scale_(network.scale) {
    const std::size_t width = network.width;
    const std::size_t features = network.rows.size();
    assert(features == static_cast<std::size_t>(features_.size()));
    own_.resize(resolutions_.size() * features * width_ / 16);
    before_.resize(features * (window_ - 1) * width_ / 16);
    for (std::size_t f = 0; f < features; ++f) {
        const float* row = network.rows[f].data();
        for (std::size_t r = 0; r < resolutions_.size(); ++r) {
            const double x = centred(resolutions_[r]);
            float* own = own_[(r * features + f) * width_ / 16].value;
            for (std::size_t i = 0; i < width; ++i) {
                own[i] = static_cast<float>(row[i] + x * network.by_resolution[i] +
                                            x * x * network.by_resolution[width + i]);
            }
        }
        for (std::size_t k = 1; k < window_; ++k) {
            std::copy_n(row + k * width, width,
                        before_[(f * (window_ - 1) + k - 1) * width_ / 16].value);
        }
    }
    std::size_t inputs = width;
    for (const auto& layer : network.layers) {
        const bool last = &layer == &network.layers.back();
        layers_.push_back(make_dense<float>(layer.weight, layer.bias, inputs, last ? 1.0F : 0.0F));
        inputs = layer.bias.size();
        widest_ = std::max(widest_, layers_.back().outputs);
    }
}

void FeedForwardRunner::add(std::span<const Architecture> archs, std::span<double> out,
                            Lanes<float>& work) const {
    const Kernels& kernel = best_kernels();
    const std::size_t half = padded_rows(batch) * widest_ / 16;
    if (work.size() < 2 * half) work.resize(2 * half);
    float* in = work[0].value;
    float* result = work[half].value;
    std::array<int, LayerFeatures::most> numbers{};
    std::array<const float*, LayerFeatures::most> summands{};
    const std::size_t lanes = width_ / 16;
    const auto features = static_cast<std::size_t>(features_.size());
    for (std::size_t i = 0; i < archs.size(); ++i) {
        const auto count = static_cast<std::size_t>(features_.of(archs[i], numbers.data()));
        const auto r = static_cast<std::size_t>(
            std::lower_bound(resolutions_.begin(), resolutions_.end(), archs[i].resolution) -
            resolutions_.begin());
        if (r == resolutions_.size() || resolutions_[r] != archs[i].resolution) {
            out[i] = std::numeric_limits<double>::quiet_NaN();
            continue;
        }
        float* h = in + i * width_;
        std::fill_n(h, width_, 0.0F);
        for (std::size_t j = 1; j < count; ++j) {
            const auto number = [&](std::size_t k) { return static_cast<std::size_t>(numbers[k]); };
            const std::size_t seen = std::min(window_, j);
            summands[0] = own_[(r * features + number(j)) * lanes].value;
            for (std::size_t k = 1; k < seen; ++k) {
                summands[k] = before_[(number(j - k) * (window_ - 1) + k - 1) * lanes].value;
            }
            kernel.sum(summands.data(), seen, 0.0F, width_, result);
            for (std::size_t c = 0; c < width_; ++c) h[c] += result[c];
        }
    }
    std::size_t width = width_;
    for (const auto& layer : layers_) {
        kernel.dense(layer, archs.size(), in, width, nullptr, 0, result, layer.outputs);
        std::swap(in, result);
        width = layer.outputs;
    }
    for (std::size_t i = 0; i < archs.size(); ++i) {
        out[i] += scale_ * static_cast<double>(in[i * width]);
    }
}

}  // namespace blockscope
