#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "blockscope/runtime/bound_steps.hpp"
#include "blockscope/runtime/xnnpack_layers.hpp"

struct pthreadpool;

namespace blockscope {

/// The threads that programs run with; null for 1, the caller's own.
std::shared_ptr<pthreadpool> make_xnnpack_threads(int threads);

/// Operators in the order they run, with their memory. Must not outlive `layers`. Activations are
/// channels-last; what is read may be read up to 64 bytes beyond its end.
/// All functions throw Error(Fault::runtime) when XNNPACK refuses.
class XnnpackProgram {
public:
    XnnpackProgram(XnnpackLayers& layers, int batch, std::shared_ptr<pthreadpool> threads)
        : layers_(layers), batch_(static_cast<std::size_t>(batch)), threads_(std::move(threads)) {}

    /// scratch: as large as the result, read by the operator behind `swish` only.
    void append(const BoundStep& step, float* scratch);
    void run();
    /// The same, with a call of `mark` after each step that was appended.
    void run_marked(const std::function<void()>& mark);

private:
    struct Call {
        SharedXnnpackLayer layer;
        Shape in;
        Shape out;
        const float* input = nullptr;
        const float* second = nullptr;
        float* result = nullptr;
        std::uint64_t number = 0;  ///< among the layer's users
    };

    void push(SharedXnnpackLayer layer, const Operator& op, const float* input, const float* second,
              float* result);
    /// One step of an activation, over the whole result of `op`.
    void activate(XnnpackCall call, const Operator& op, const float* input, const float* second,
                  float* result);
    void point(const Call& call) const;
    void execute(const Call& call) const;

    XnnpackLayers& layers_;
    std::size_t batch_;
    std::shared_ptr<pthreadpool> threads_;
    std::vector<Call> calls_;
    std::vector<std::size_t> ends_;  ///< of each step, its last call + 1
};

}  // namespace blockscope
