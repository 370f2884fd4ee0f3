#pragma once

#include <cstdint>
#include <span>

#include "blockscope/base/progress.hpp"
#include "blockscope/model/training_state.hpp"
#include "blockscope/space/design_space.hpp"
#include "blockscope/weights/tensor.hpp"

namespace blockscope {

/// How the paper trained its latency predictors (section 8 of its code's description): the
/// defaults.
struct GruOptions {
    std::size_t embedding = 112;  ///< of a block
    std::size_t shape = 16;       ///< of its six shape numbers
    std::size_t hidden = 512;     ///< of each half
    std::size_t epochs = 200;
    std::size_t batch = 16;  ///< architectures of one depth
    double rate = 1e-3;
    double dropout = 0.5;  ///< of the regressor's inputs
    double clip = 5;       ///< of the gradient's norm
    std::uint64_t seed = 1;
};

/// A GRU for make_gru (gru.hpp), and what its output is multiplied with.
struct TrainedGru {
    TensorFile tensors;  ///< without the backward half's recurrent weights, which meet zeros only
    double scale = 1;    ///< root mean square of the targets
};

/// Least squares on target / scale by Adam, on one thread, so the same bits every time. Of the rows
/// the last `watched` (at least 1) are not fitted to; the epoch with the least error on them wins.
/// space: as make_gru takes it, else throws Error. states: where it goes on, and keeps how far it
/// is, at its end too.
TrainedGru train_gru(const DesignSpace& space, std::span<const Architecture> archs,
                     std::span<const double> targets, std::size_t watched,
                     const GruOptions& options, Progress* progress = nullptr,
                     TrainingStates* states = nullptr);

/// With the weights that are left out as zeros.
TensorFile complete(const TrainedGru& gru);

}  // namespace blockscope
