#pragma once

#include <functional>
#include <memory>
#include <span>

#include "blockscope/supernet/subnet.hpp"
#include "blockscope/supernet/torch_interface.hpp"

namespace blockscope {

/// Sub-networks, each with weights of its own, on libtorch. The session is this one's alone.
/// All functions throw Error(Fault::runtime) where libtorch fails.
class TorchRunner {
public:
    explicit TorchRunner(std::unique_ptr<TorchSession> session) : session_(std::move(session)) {}

    /// What Calibrator does, images as bytes. false if the device has not the memory for a batch:
    /// nothing was changed then.
    bool calibrate(Subnet& subnet, std::size_t batches,
                   const std::function<TorchImages(std::size_t)>& batch);

    /// The network that `run` runs from now on. fold: batch norm into the weights.
    void load(const Subnet& subnet, bool fold = true);
    /// outputs: [image, feature]. Where the device has not the memory for so many images at once it
    /// runs half as many, and so from then on.
    void run(const TorchImages& images, std::span<float> outputs);
    /// Images that were found to be too many at once; 0: none were.
    int too_many() const { return too_many_; }

private:
    std::vector<TorchOperator> add(const Subnet& subnet, bool fold);

    std::unique_ptr<TorchSession> session_;
    TorchNetwork network_;
    std::vector<TorchOperator> operators_;
    int too_many_ = 0;
};

}  // namespace blockscope
