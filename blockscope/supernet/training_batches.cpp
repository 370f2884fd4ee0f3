#include "blockscope/supernet/training_batches.hpp"

#include <algorithm>
#include <numeric>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/parallel.hpp"
#include "blockscope/supernet/training_view.hpp"

namespace blockscope {

TrainingBatches::TrainingBatches(const ImageFolder& folder, std::size_t in_batch,
                                 double smallest_crop, const Rng& rng, unsigned threads)
    : folder_(folder),
      in_batch_(std::min(in_batch, folder.files.size())),
      in_epoch_(folder.files.size() / in_batch_),
      smallest_crop_(smallest_crop),
      rng_(rng),
      threads_(threads) {}

TrainingBatch TrainingBatches::batch(std::size_t number, int side) {
    const std::size_t epoch = number / in_epoch_ + 1;
    const Rng of_epoch = rng_.fork(epoch);
    if (epoch != epoch_) {
        order_.resize(folder_.files.size());
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        Rng rng = of_epoch;
        shuffle(order_, rng);
        epoch_ = epoch;
    }
    const std::size_t first = number % in_epoch_ * in_batch_;
    const std::size_t size = std::size_t{3} * side * side;
    TrainingBatch made{side, std::vector<std::uint8_t>(in_batch_ * size), {}, {}};
    std::vector<char> readable(in_batch_, 1);
    parallel_chunks(in_batch_, 4, threads_, [&](std::size_t from, std::size_t to, std::size_t) {
        for (std::size_t k = from; k < to; ++k) {
            const std::size_t image = order_[first + k];
            Rng rng = of_epoch.fork(image);
            try {
                const std::string path = folder_.path(image);
                const Image view =
                    training_view(decode_image(read_file(path), path), side, rng, smallest_crop_);
                std::copy(view.values.begin(), view.values.end(),
                          made.pixels.begin() + static_cast<long>(k * size));
            } catch (const Error&) {
                readable[k] = 0;
            }
        }
    });
    std::size_t kept = 0;
    for (std::size_t k = 0; k < in_batch_; ++k) {
        const ImageFolder::File& file = folder_.files[order_[first + k]];
        if (readable[k] == 0) {
            made.unreadable.push_back(file.name);
            continue;
        }
        if (kept != k) {
            std::copy_n(made.pixels.begin() + static_cast<long>(k * size), size,
                        made.pixels.begin() + static_cast<long>(kept * size));
        }
        made.labels.push_back(file.label);
        ++kept;
    }
    made.pixels.resize(kept * size);
    return made;
}

}  // namespace blockscope
