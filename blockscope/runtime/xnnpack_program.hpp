#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "blockscope/runtime/bound_steps.hpp"

namespace blockscope {

/// "" if XNNPACK runs here, or why not.
std::string xnnpack_refusal();
std::string xnnpack_version();

/// What XNNPACK prepared so far: one operator with packed weights for each parameter entry,
/// activation and padding, whichever map it reads. The entry is kept, so that its address stays its
/// own. Networks point an operator at their memory, again where another network had it last.
class XnnpackLayers {
public:
    XnnpackLayers(int batch, int threads);
    ~XnnpackLayers();
    /// Of weights and biases as they came: XNNPACK does not tell what it packs them into.
    std::size_t weight_bytes() const;
    /// Lets go of the operators that were longest not asked for, until at most `most` bytes are
    /// held. Programs keep those they run with.
    void drop_weights_beyond(std::size_t most);
    struct Impl;
    Impl& impl() { return *impl_; }

private:
    std::unique_ptr<Impl> impl_;
};

/// Operators in the order they run, with their memory. Must not outlive `layers`. Activations are
/// channels-last; what is read may be read up to 64 bytes beyond its end.
/// All functions throw Error(Fault::runtime) when XNNPACK refuses.
class XnnpackProgram {
public:
    explicit XnnpackProgram(XnnpackLayers& layers);
    ~XnnpackProgram();

    /// scratch: as large as the result, read by the operator behind `swish` only.
    void append(const BoundStep& step, float* scratch);
    void run();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace blockscope
