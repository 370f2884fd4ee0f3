#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "blockscope/base/random.hpp"
#include "blockscope/supernet/image_folder.hpp"

namespace blockscope {

/// Images as training sees them. pixels: [image, row, column, channel].
struct TrainingBatch {
    int side = 0;
    std::vector<std::uint8_t> pixels;
    std::vector<std::int64_t> labels;
    std::vector<std::string> unreadable;  ///< files that should have been in it
};

/// Every image once in an epoch, in random order and another view each time; what is left of an
/// epoch after its last whole batch is not seen. A batch depends on the generator's seed, its
/// number and its side only.
class TrainingBatches {
public:
    /// The folder is kept by reference. smallest_crop: as training_view's.
    TrainingBatches(const ImageFolder& folder, std::size_t in_batch, double smallest_crop,
                    const Rng& rng, unsigned threads);

    std::size_t in_epoch() const { return in_epoch_; }
    TrainingBatch batch(std::size_t number, int side);

private:
    const ImageFolder& folder_;
    std::size_t in_batch_;
    std::size_t in_epoch_;
    double smallest_crop_;
    Rng rng_;
    unsigned threads_;
    std::size_t epoch_ = 0;           ///< that order_ is of; counted from 1, 0: none
    std::vector<std::size_t> order_;  ///< of the folder's images
};

}  // namespace blockscope
