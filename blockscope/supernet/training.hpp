#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "blockscope/base/progress.hpp"
#include "blockscope/space/design_space.hpp"

namespace blockscope {

struct TrainingOptions {
    std::vector<int> resolutions;  ///< one of them, drawn, for each step; at least one
    int epochs = 30;
    int batch = 64;
    double learning_rate = 0.2;  ///< at its highest: rises over the first 5 % of the steps, then
                                 ///< falls to 0 as half a cosine
    double momentum = 0.9;
    double weight_decay = 3e-5;
    double label_smoothing = 0.1;
    int random_subnets = 2;       ///< of each step, beside the largest and the smallest
    double smallest_crop = 0.08;  ///< share of an image that training shows, at least
    double centre = 0.875;        ///< what evaluation is to see; told to it with the weights
    std::string class_map;        ///< see read_image_folder; "": classes.csv if it is there
    std::string device = "cpu";   ///< as libtorch names it
    std::uint64_t seed = 1;
    unsigned threads = 1;
};

/// Means over an epoch's images, each network as it was at its steps.
struct TrainingEpoch {
    int epoch = 0;             ///< from 1
    double learning_rate = 0;  ///< at its end
    double largest_loss = 0;   ///< cross entropy with the labels, smoothed
    double largest_percent = 0;
    double smallest_loss = 0;  ///< cross entropy with the largest network's outputs
    double smallest_percent = 0;
};

struct TrainingOutcome {
    bool finished = false;   ///< false: told to stop, what was done is kept
    bool was_there = false;  ///< the checkpoint was finished before
    std::vector<TrainingEpoch> epochs;
    std::vector<std::string> unreadable;  ///< images that could not be decoded, since this start
};

/// Trains a supernet of the space on images/train and writes it to `checkpoint` (safetensors), with
/// its log beside it in checkpoint.csv. Each step is a sandwich (Yu and Huang, "Universally
/// Slimmable Networks", ICCV 2019): the largest network learns the labels; the smallest and some
/// random ones learn its outputs. Only what the space allows is trained.
///
/// Until the end all is in checkpoint.partial, kept after each epoch and at most every minute: a
/// training that was killed goes on there and ends in the same bytes, as does one that was not, on
/// the same libtorch and number of threads. Throws Error if what is there is of another training,
/// for images that do not fit, and without libtorch.
TrainingOutcome train_supernet(const DesignSpace& space, const std::string& images,
                               const std::string& checkpoint, const TrainingOptions& options,
                               Progress* progress);

}  // namespace blockscope
