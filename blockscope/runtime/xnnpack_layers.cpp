#include "blockscope/runtime/xnnpack_layers.hpp"

#include <limits>
#include <vector>

#include <fmt/format.h>
#include <xnnpack.h>

#include "blockscope/base/error.hpp"
#include "blockscope/runtime/padding.hpp"

namespace blockscope {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

struct Clamp {
    float low = -infinity;
    float high = infinity;
};

Clamp clamp_of(Activation activation) {
    if (activation == Activation::relu) return {0, infinity};
    if (activation == Activation::relu6) return {0, 6};
    return {};
}

struct Padding {
    int before = 0;
    int bottom = 0;
    int right = 0;
};

Padding padding_of(const Operator& op) {
    const int before = op.kind == OpKind::average_pool ? 0 : op.kernel / 2;
    return {before, padding_behind(op.in.height, op.out.height, op.kernel, op.stride, before),
            padding_behind(op.in.width, op.out.width, op.kernel, op.stride, before)};
}

/// [out, in, taps] to [out, taps, in].
std::vector<float> channels_last(const std::vector<float>& weight, std::size_t out, std::size_t in,
                                 std::size_t taps) {
    std::vector<float> result(weight.size());
    for (std::size_t o = 0; o < out; ++o) {
        for (std::size_t i = 0; i < in; ++i) {
            for (std::size_t t = 0; t < taps; ++t) {
                result[(o * taps + t) * in + i] = weight[(o * in + i) * taps + t];
            }
        }
    }
    return result;
}

SharedXnnpackLayer make_weighted(const Operator& op, const OperatorParameters& numbers,
                                 Clamp clamp) {
    auto layer = std::make_shared<XnnpackLayer>(call_of(op));
    const auto out = static_cast<std::size_t>(op.out.channels);
    const auto in = static_cast<std::size_t>(op.in.channels);
    if (op.kind == OpKind::linear) {
        const auto taps = static_cast<std::size_t>(op.in.height) * op.in.width;
        const auto weight = channels_last(numbers.weight, out, in, taps);
        check_xnnpack(xnn_create_fully_connected_nc_f32(in * taps, out, in * taps, out,
                                                        weight.data(), numbers.bias.data(),
                                                        clamp.low, clamp.high, 0, &layer->handle),
                      "refuses the layer");
        return layer;
    }
    const auto groups = static_cast<std::size_t>(op.groups);
    const auto weight = channels_last(numbers.weight, out, in / groups,
                                      static_cast<std::size_t>(op.kernel) * op.kernel);
    const Padding pad = padding_of(op);
    check_xnnpack(xnn_create_convolution2d_nhwc_f32(
                      pad.before, pad.right, pad.bottom, pad.before, op.kernel, op.kernel,
                      op.stride, op.stride, 1, 1, op.groups, in / groups, out / groups, in, out,
                      weight.data(), numbers.bias.data(), clamp.low, clamp.high, 0, &layer->handle),
                  "refuses the layer");
    return layer;
}

/// Every stride-th pixel, which its pools refuse to pick: a convolution that multiplies by 1.
SharedXnnpackLayer make_picking(Operator op, Clamp clamp) {
    op.groups = op.out.channels;
    const auto channels = static_cast<std::size_t>(op.out.channels);
    return make_weighted(op, {std::vector<float>(channels, 1), std::vector<float>(channels, 0)},
                         clamp);
}

xnn_status initialize() {
    static const xnn_status status = xnn_initialize(nullptr);
    return status;
}

}  // namespace

void check_xnnpack(int status, const char* what) {
    if (status == xnn_status_success) return;
    throw Error(fmt::format("XNNPACK {} (status {})", what, status), Fault::runtime);
}

XnnpackCall call_of(const Operator& op) {
    switch (op.kind) {
        case OpKind::convolution:
            return XnnpackCall::convolution;
        case OpKind::linear:
            return XnnpackCall::linear;
        case OpKind::add:
            return XnnpackCall::add;
        case OpKind::scale:
            return XnnpackCall::scale;
        case OpKind::global_pool:
            return XnnpackCall::global_pool;
        case OpKind::max_pool:
        case OpKind::average_pool:
            break;
    }
    if (op.kernel == 1) return op.stride == 1 ? XnnpackCall::clamp : XnnpackCall::convolution;
    return op.kind == OpKind::max_pool ? XnnpackCall::max_pool : XnnpackCall::average_pool;
}

XnnpackLayer::~XnnpackLayer() {
    if (handle != nullptr) xnn_delete_operator(handle);
}

SharedXnnpackLayer make_plain_layer(XnnpackCall call, const Operator& op, Activation activation) {
    const Clamp clamp = clamp_of(activation);
    auto layer = std::make_shared<XnnpackLayer>(call);
    const auto c = static_cast<std::size_t>(op.out.channels);
    const auto k = static_cast<std::uint32_t>(op.kernel);
    const auto s = static_cast<std::uint32_t>(op.stride);
    const Padding pad = padding_of(op);
    xnn_operator_t* made = &layer->handle;
    xnn_status status = xnn_status_success;
    switch (call) {
        case XnnpackCall::convolution:
            return make_picking(op, clamp);
        case XnnpackCall::linear:
            break;  // has weights
        case XnnpackCall::global_pool:
            status =
                xnn_create_global_average_pooling_nwc_f32(c, c, c, clamp.low, clamp.high, 0, made);
            break;
        case XnnpackCall::max_pool:
            status = xnn_create_max_pooling2d_nhwc_f32(pad.before, pad.right, pad.bottom,
                                                       pad.before, k, k, s, s, 1, 1, c, c, c,
                                                       clamp.low, clamp.high, 0, made);
            break;
        case XnnpackCall::average_pool:
            status = xnn_create_average_pooling2d_nhwc_f32(pad.before, pad.right, pad.bottom,
                                                           pad.before, k, k, s, s, c, c, c,
                                                           clamp.low, clamp.high, 0, made);
            break;
        case XnnpackCall::add:
            status = xnn_create_add_nd_f32(clamp.low, clamp.high, 0, made);
            break;
        case XnnpackCall::scale:
        case XnnpackCall::multiply:
            status = xnn_create_multiply_nd_f32(clamp.low, clamp.high, 0, made);
            break;
        case XnnpackCall::clamp:
            status = xnn_create_clamp_nc_f32(c, c, c, clamp.low, clamp.high, 0, made);
            break;
        case XnnpackCall::h_swish:
            status = xnn_create_hardswish_nc_f32(c, c, c, 0, made);
            break;
        case XnnpackCall::sigmoid:
            status = xnn_create_sigmoid_nc_f32(c, c, c, 0, made);
            break;
        case XnnpackCall::add_constant:  // hard sigmoid's first half
            status = xnn_create_add_nd_f32(0, 6, 0, made);
            break;
        case XnnpackCall::scale_by_constant:
            status = xnn_create_multiply_nd_f32(-infinity, infinity, 0, made);
            break;
    }
    check_xnnpack(status, "refuses the layer");
    return layer;
}

XnnpackLayers::XnnpackLayers() { check_xnnpack(initialize(), "cannot start"); }

SharedXnnpackLayer XnnpackLayers::weighted(const Operator& op, Activation activation,
                                           const std::shared_ptr<const ParameterSource>& entry) {
    const Clamp clamp = clamp_of(activation);
    const Padding pad = padding_of(op);
    const int clamped = clamp.high == infinity ? (clamp.low == 0 ? 1 : 0) : 2;
    auto& found = kept_.use({entry, {clamped, pad.before, pad.bottom, pad.right}});
    if (!found.weights) {
        const OperatorParameters numbers = entry->numbers();
        found.weights = make_weighted(op, numbers, clamp);
        kept_.count(found, sizeof(float) * (numbers.weight.size() + numbers.bias.size()));
    }
    return found.weights;
}

std::string xnnpack_refusal() {
    const xnn_status status = initialize();
    if (status == xnn_status_success) return "";
    return fmt::format(
        "XNNPACK does not start here (status {}): it needs a processor it knows and "
        "/proc mounted",
        static_cast<int>(status));
}

std::string xnnpack_version() { return BLOCKSCOPE_XNNPACK_VERSION; }

}  // namespace blockscope
