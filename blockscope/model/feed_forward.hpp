#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "blockscope/base/progress.hpp"
#include "blockscope/model/dense.hpp"
#include "blockscope/model/layer_features.hpp"
#include "blockscope/model/training_state.hpp"

namespace blockscope {

/// A small network on the sequence of an architecture's features (stem variant, then layer by
/// layer). Each sees those in front of it, as far as the window reaches:
///     h = sum over i of relu(row_0(f_i) + row_1(f_(i-1)) + ... + x row_x + x^2 row_xx)
/// with x = (resolution - 224) / 64; dense layers follow, with ReLU between them, down to one
/// number, times `scale`.
struct FeedForward {
    struct Layer {
        std::vector<float> weight;  ///< [outputs, inputs]
        std::vector<float> bias;    ///< [outputs]
    };
    std::size_t width = 0;                 ///< of h
    std::vector<std::vector<float>> rows;  ///< [feature][window * width]; the constant has zeros
    std::vector<float> by_resolution;      ///< row_x, row_xx
    std::vector<Layer> layers;             ///< the last has one output
    double scale = 1;

    std::size_t window() const { return rows.front().size() / width; }
};

/// Weights that were trained lie on grids, one for each array: whole multiples, up to 9,999, of the
/// largest's 9,999th part. That costs a network nothing and makes its text half as long.
/// 0 where all are 0.
double grid_step(std::span<const float> weights);
/// The nearest point of a grid.
float on_grid(float weight, double step);

/// Makes the numbers of a network; the same bits for any batch and any number of threads.
class FeedForwardRunner {
public:
    static constexpr std::size_t batch = 96;

    FeedForwardRunner(const FeedForward& network, const DesignSpace& space,
                      std::span<const int> resolutions);

    /// out[i] += what the network says of archs[i], NaN at a resolution that was not given; at most
    /// `batch` of them.
    void add(std::span<const Architecture> archs, std::span<double> out, Lanes<float>& work) const;

private:
    LayerFeatures features_;
    std::size_t width_ = 0;  ///< of h, padded
    std::size_t window_ = 1;
    std::size_t widest_ = 0;  ///< of all layers
    Lanes<float> own_;        ///< [resolution][feature][width]: row_0 and what the resolution adds
    Lanes<float> before_;     ///< [feature][window - 1][width]
    std::vector<int> resolutions_;
    std::vector<Dense<float>> layers_;
    double scale_ = 1;
};

struct TrainingOptions {
    std::size_t width = 64;                      ///< of h
    std::size_t window = 4;                      ///< features that are seen together
    std::vector<std::size_t> hidden = {64, 64};  ///< widths of the layers behind
    std::size_t steps = 20000;                   ///< of Adam
    std::size_t batch = 64;                      ///< rows a step
    double rate = 3e-3;                          ///< falls to 0 as a half cosine
    double decay = 1e-3;                         ///< of weights, times the rate
    std::uint64_t seed = 1;
};

/// Least squares by Adam on one thread, so the same bits every time; stops early if asked to.
/// archs: of the space; targets: finite, as many, at least 1. states: where it goes on, and keeps
/// how far it is, at its end too.
FeedForward train_feed_forward(const DesignSpace& space, std::span<const Architecture> archs,
                               std::span<const double> targets, const TrainingOptions& options,
                               Progress* progress = nullptr, TrainingStates* states = nullptr);

}  // namespace blockscope
