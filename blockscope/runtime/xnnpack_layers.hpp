#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "blockscope/network/parameters.hpp"
#include "blockscope/runtime/weight_cache.hpp"

struct xnn_operator;

namespace blockscope {

/// "" if XNNPACK runs here, or why not.
std::string xnnpack_refusal();
std::string xnnpack_version();

/// Throws Error(Fault::runtime) unless `status`, an xnn_status, is that of success.
void check_xnnpack(int status, const char* what);

/// What XNNPACK runs as one operator. From `h_swish` on: what makes an activation it cannot do on
/// the way out of a layer.
enum class XnnpackCall : std::uint8_t {
    convolution,
    linear,
    global_pool,
    max_pool,
    average_pool,
    add,
    scale,
    clamp,
    h_swish,
    sigmoid,
    multiply,
    add_constant,
    scale_by_constant,
};
XnnpackCall call_of(const Operator& op);

/// An operator of XNNPACK, its weights packed, and whose memory it was last pointed at.
struct XnnpackLayer {
    explicit XnnpackLayer(XnnpackCall of) : call(of) {}
    XnnpackLayer(const XnnpackLayer&) = delete;
    XnnpackLayer& operator=(const XnnpackLayer&) = delete;
    ~XnnpackLayer();

    XnnpackCall call;
    xnn_operator* handle = nullptr;
    std::uint64_t users = 0;       ///< numbered so far, from 1
    std::uint64_t pointed_at = 0;  ///< number of the user; 0: of none
};
using SharedXnnpackLayer = std::shared_ptr<XnnpackLayer>;

/// A layer without weights. activation: what XNNPACK can do on the way out is done, the rest left.
/// Throws Error(Fault::runtime) when XNNPACK refuses.
SharedXnnpackLayer make_plain_layer(XnnpackCall call, const Operator& op, Activation activation);

/// What XNNPACK prepared so far: one operator with packed weights for each parameter entry,
/// activation and padding, whichever map it reads. Networks point an operator at their memory,
/// again where another network had it last.
class XnnpackLayers {
public:
    /// Throws Error(Fault::runtime) when XNNPACK does not start, as `weighted` does when it
    /// refuses.
    XnnpackLayers();
    SharedXnnpackLayer weighted(const Operator& op, Activation activation,
                                const std::shared_ptr<const ParameterSource>& entry);
    /// Of weights and biases as they came: XNNPACK does not tell what it packs them into.
    std::size_t weight_bytes() const { return kept_.bytes(); }
    /// Lets go of the operators that were longest not asked for, until at most `most` bytes are
    /// held. Programs keep those they run with.
    void drop_weights_beyond(std::size_t most) { kept_.drop_beyond(most); }

private:
    /// Entry; activation and padding.
    using Key = std::pair<std::shared_ptr<const ParameterSource>, std::array<int, 4>>;
    WeightCache<Key, SharedXnnpackLayer> kept_;
};

}  // namespace blockscope
