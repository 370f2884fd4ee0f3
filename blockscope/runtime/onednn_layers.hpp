#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "blockscope/runtime/bound_steps.hpp"

// of oneDNN's C interface
struct dnnl_memory;
struct dnnl_primitive;
struct dnnl_stream;

namespace blockscope {

std::string onednn_version();

/// What a primitive reads or writes. kind: oneDNN's number for it (DNNL_ARG_SRC, ...).
struct OnednnArgument {
    int kind = 0;
    std::shared_ptr<dnnl_memory> memory;
};

/// A primitive bound to memory. The primitive lives as long as the layers that gave it.
struct OnednnCall {
    const dnnl_primitive* primitive = nullptr;
    std::vector<OnednnArgument> arguments;
};

/// What oneDNN prepared so far. Primitives are shared by equal shapes and attributes, packed
/// weights by parameter entry: a network whose layers were all seen costs two look-ups an operator.
/// Of the numbers themselves only the packed ones are held.
/// Activations are channels-last, weights in the layout oneDNN chose for this machine.
/// Throws Error(Fault::runtime) when oneDNN refuses.
class OnednnLayers {
public:
    explicit OnednnLayers(int batch);
    ~OnednnLayers();

    OnednnCall call(const BoundStep& step);
    /// From and to [batch, channels, height, width].
    OnednnCall copy_in(const Shape& shape, float* from, float* to);
    OnednnCall copy_out(const Shape& shape, float* from, float* to);
    /// What calls run on.
    dnnl_stream* stream() const;

    /// Of packed weights and biases.
    std::size_t weight_bytes() const;
    /// Lets go of the packed weights that were longest not asked for, until at most `most` bytes
    /// are held. Calls keep those they were given.
    void drop_weights_beyond(std::size_t most);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace blockscope
