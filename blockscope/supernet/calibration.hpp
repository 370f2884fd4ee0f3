#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>

#include "blockscope/runtime/batch_statistics.hpp"
#include "blockscope/supernet/calibrated_beginnings.hpp"
#include "blockscope/supernet/subnet.hpp"

namespace blockscope {

/// Some images of one size: [count, channels, height, width], normalised.
struct ImageBatch {
    int count = 0;
    std::span<const float> pixels;
};

/// Estimates batch statistics anew. Those that a supernet stores are of no sub-network: its
/// channels saw the maps of all of them.
/// As the Once-for-All code does it: every batch is normalised with its own mean and biased
/// variance, so that later layers see what the new statistics will give them; means and variances
/// are averaged over the batches, each weighted with its images. What was stored plays no part.
class Calibrator {
public:
    explicit Calibrator(int threads) : threads_(threads) {}

    /// What sub-networks of one supernet share that are calibrated with the same images.
    struct Shared {
        CalibratedBeginnings& beginnings;
        const Architecture& architecture;  ///< of this one
    };

    /// batch(i), for i from 0 to batches - 1: images of the network's input size, valid until the
    /// next call. Throws Error for no batch and for images of another size.
    void calibrate(Subnet& subnet, std::size_t batches,
                   const std::function<ImageBatch(std::size_t)>& batch,
                   std::optional<Shared> shared = std::nullopt);

private:
    BatchStatisticsEngine& engine_for(int images);

    int threads_;
    std::map<int, std::unique_ptr<BatchStatisticsEngine>> engines_;  ///< by images in a batch
};

}  // namespace blockscope
