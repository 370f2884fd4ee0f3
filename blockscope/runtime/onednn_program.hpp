#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "blockscope/runtime/bound_steps.hpp"

namespace blockscope {

std::string onednn_version();

/// What oneDNN prepared so far. Primitives are shared by equal shapes and attributes, packed
/// weights by parameter entry, which is kept so that its address stays its own: a network whose
/// layers were all seen costs two look-ups an operator. Of the numbers themselves only the packed
/// ones are held.
class OnednnLayers {
public:
    explicit OnednnLayers(int batch);
    ~OnednnLayers();
    /// Of packed weights and biases.
    std::size_t weight_bytes() const;
    /// Lets go of the packed weights that were longest not asked for, until at most `most` bytes
    /// are held. Programs keep those they run with.
    void drop_weights_beyond(std::size_t most);
    struct Impl;
    Impl& impl() { return *impl_; }

private:
    std::unique_ptr<Impl> impl_;
};

/// Primitives in the order they run, bound to their memory. Must not outlive `layers`.
/// Activations are channels-last, weights in the layout oneDNN chose for this machine.
/// All functions throw Error(Fault::runtime) when oneDNN refuses.
class OnednnProgram {
public:
    explicit OnednnProgram(OnednnLayers& layers);
    ~OnednnProgram();

    /// From and to [batch, channels, height, width].
    void copy_in(const Shape& shape, float* from, float* to);
    void copy_out(const Shape& shape, float* from, float* to);
    void append(const BoundStep& step);
    void run() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace blockscope
