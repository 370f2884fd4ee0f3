#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "blockscope/network/parameters.hpp"
#include "blockscope/runtime/batch_norm.hpp"
#include "blockscope/runtime/engine.hpp"

namespace blockscope {

/// A network whose batch norms normalise with the statistics of the batch at hand, as while
/// training: mean and biased variance of each channel over images and pixels.
class BatchStatisticsNetwork {
public:
    virtual ~BatchStatisticsNetwork() = default;
    virtual std::span<float> input() = 0;         ///< as PreparedNetwork's
    virtual std::span<const float> output() = 0;  ///< as PreparedNetwork's
    void run() { run_from(no_border, nullptr); }

    /// Operators behind which only their map is alive: the ends of the stem and of units, in order.
    virtual std::span<const std::size_t> borders() const = 0;
    static constexpr std::size_t no_border = static_cast<std::size_t>(-1);
    /// [image, row, column, channel] behind borders()[border].
    virtual std::span<float> map_behind(std::size_t border) = 0;
    /// Runs from the map behind a border on, which map_behind() was filled with; no_border: from
    /// the input. Calls at(border) at every border that comes, where its map is there to be read;
    /// null: nothing is called.
    virtual void run_from(std::size_t border, const std::function<void(std::size_t)>& at) = 0;

    /// Of the last run, for each channel that operator `op` makes; empty if it has no batch norm.
    virtual const ChannelStatistics& statistics(std::size_t op) const = 0;
};

/// Runs such networks, on oneDNN and batch norms of our own: oneDNN's sum in float32, which is
/// off by more than what the original code rounds. Keeps primitives for shapes it has seen, and no
/// weights. All functions throw Error(Fault::runtime) when oneDNN refuses.
class BatchStatisticsEngine {
public:
    /// kept_bytes of the options is not used.
    explicit BatchStatisticsEngine(const EngineOptions& options);
    ~BatchStatisticsEngine();

    /// parameters: batch norm not folded in. norms: of each operator.
    /// The network is valid while the engine lives; those of one engine share their memory.
    std::unique_ptr<BatchStatisticsNetwork> prepare(const NetworkGraph& network,
                                                    const Parameters& parameters,
                                                    std::span<const ScaleAndShift> norms);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace blockscope
