#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "blockscope/supernet/training.hpp"
#include "blockscope/weights/tensor.hpp"

namespace blockscope {

/// What a training's result depends on, in words.
using TrainingSettings = std::vector<std::pair<std::string, std::string>>;

/// How far a training is.
struct TrainingState {
    std::size_t step = 0;
    TrainingEpoch sums;  ///< of the epoch at hand: not yet divided by its images
    std::size_t images = 0;
    std::vector<TrainingEpoch> epochs;
    std::map<std::string, Tensor> values;
    std::map<std::string, Tensor> momenta;  ///< empty for a finished one
};

/// "epoch,learning_rate,..." with a row for each epoch.
std::string training_log(const std::vector<TrainingEpoch>& epochs);

/// Writes the state, on a disk that may be full: the last one stays then.
/// Throws Error(Fault::runtime).
void write_training(const std::string& path, const TrainingSettings& settings,
                    const TrainingState& state, const std::map<std::string, std::string>& notes);

/// The state in a file, nothing if it is not there. Throws Error naming the first setting that is
/// another one.
std::optional<TrainingState> read_training(const std::string& path,
                                           const TrainingSettings& settings);

}  // namespace blockscope
