#pragma once

#include <cstddef>
#include <span>

#include "blockscope/network/graph.hpp"
#include "blockscope/runtime/buffers.hpp"

namespace blockscope {

/// What the networks of an engine take their memory from.
struct EngineMemory {
    Arena arena;
    Lender lender;
};

/// Where a prepared network runs: input and output are its own while it lives, the block is the
/// one that all networks of its engine work in.
class NetworkMemory {
public:
    /// bytes: of the block.
    NetworkMemory(EngineMemory& engine, const NetworkGraph& network, int batch, std::size_t bytes);

    std::span<float> input() const;   ///< [batch, channels, height, width]
    std::span<float> output() const;  ///< of the last operator, the same order
    /// In the block; offset in bytes, a multiple of a float's.
    float* at(std::size_t offset) const;

private:
    std::size_t input_elements_;
    std::size_t output_elements_;
    Bytes input_;
    Bytes output_;
    Bytes block_;
};

}  // namespace blockscope
