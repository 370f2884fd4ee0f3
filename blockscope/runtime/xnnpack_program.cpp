#include "blockscope/runtime/xnnpack_program.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <pthreadpool.h>
#include <xnnpack.h>

#include "blockscope/base/error.hpp"
#include "blockscope/runtime/padding.hpp"
#include "blockscope/runtime/weight_cache.hpp"

namespace blockscope {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

/// What XNNPACK runs as one operator. From `h_swish` on: what makes an activation it cannot do on
/// the way out of a layer.
enum class Call : std::uint8_t {
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

Call call_of(const Operator& op) {
    switch (op.kind) {
        case OpKind::convolution:
            return Call::convolution;
        case OpKind::linear:
            return Call::linear;
        case OpKind::add:
            return Call::add;
        case OpKind::scale:
            return Call::scale;
        case OpKind::global_pool:
            return Call::global_pool;
        case OpKind::max_pool:
        case OpKind::average_pool:
            break;
    }
    if (op.kernel == 1) return op.stride == 1 ? Call::clamp : Call::convolution;
    return op.kind == OpKind::max_pool ? Call::max_pool : Call::average_pool;
}

void check(xnn_status status, const char* what) {
    if (status == xnn_status_success) return;
    throw Error(fmt::format("XNNPACK {} (status {})", what, static_cast<int>(status)),
                Fault::runtime);
}

/// A scalar that may be read beyond its end.
struct Constant {
    std::array<float, 1 + XNN_EXTRA_BYTES / sizeof(float)> values{};
    explicit Constant(float value) { values[0] = value; }
    const float* data() const { return values.data(); }
};
const Constant three(3);
const Constant sixth(1.F / 6);

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

/// An operator of XNNPACK and who it was last pointed at.
struct Layer {
    xnn_operator_t handle = nullptr;
    std::uint64_t pointed_at = 0;  ///< number of the step; 0: of none
    Layer() = default;
    Layer(const Layer&) = delete;
    Layer& operator=(const Layer&) = delete;
    ~Layer() {
        if (handle != nullptr) xnn_delete_operator(handle);
    }
};
using SharedLayer = std::shared_ptr<Layer>;

SharedLayer make_weighted(const Operator& op, const OperatorParameters& numbers, Clamp clamp) {
    auto layer = std::make_shared<Layer>();
    const auto out = static_cast<std::size_t>(op.out.channels);
    const auto in = static_cast<std::size_t>(op.in.channels);
    if (op.kind == OpKind::linear) {
        const auto taps = static_cast<std::size_t>(op.in.height) * op.in.width;
        const auto weight = channels_last(numbers.weight, out, in, taps);
        check(xnn_create_fully_connected_nc_f32(in * taps, out, in * taps, out, weight.data(),
                                                numbers.bias.data(), clamp.low, clamp.high, 0,
                                                &layer->handle),
              "refuses the layer");
        return layer;
    }
    const auto groups = static_cast<std::size_t>(op.groups);
    const auto weight = channels_last(numbers.weight, out, in / groups,
                                      static_cast<std::size_t>(op.kernel) * op.kernel);
    const Padding pad = padding_of(op);
    check(xnn_create_convolution2d_nhwc_f32(
              pad.before, pad.right, pad.bottom, pad.before, op.kernel, op.kernel, op.stride,
              op.stride, 1, 1, op.groups, in / groups, out / groups, in, out, weight.data(),
              numbers.bias.data(), clamp.low, clamp.high, 0, &layer->handle),
          "refuses the layer");
    return layer;
}

/// Every stride-th pixel, which its pools refuse to pick: a convolution that multiplies by 1.
SharedLayer make_picking(Operator op, Clamp clamp) {
    op.groups = op.out.channels;
    const auto channels = static_cast<std::size_t>(op.out.channels);
    return make_weighted(op, {std::vector<float>(channels, 1), std::vector<float>(channels, 0)},
                         clamp);
}

SharedLayer make_plain(Call call, const Operator& op, Clamp clamp) {
    auto layer = std::make_shared<Layer>();
    const auto c = static_cast<std::size_t>(op.out.channels);
    const auto k = static_cast<std::uint32_t>(op.kernel);
    const auto s = static_cast<std::uint32_t>(op.stride);
    const Padding pad = padding_of(op);
    xnn_operator_t* made = &layer->handle;
    xnn_status status = xnn_status_success;
    switch (call) {
        case Call::convolution:
            return make_picking(op, clamp);
        case Call::linear:
            break;  // has weights
        case Call::global_pool:
            status =
                xnn_create_global_average_pooling_nwc_f32(c, c, c, clamp.low, clamp.high, 0, made);
            break;
        case Call::max_pool:
            status = xnn_create_max_pooling2d_nhwc_f32(pad.before, pad.right, pad.bottom,
                                                       pad.before, k, k, s, s, 1, 1, c, c, c,
                                                       clamp.low, clamp.high, 0, made);
            break;
        case Call::average_pool:
            status = xnn_create_average_pooling2d_nhwc_f32(pad.before, pad.right, pad.bottom,
                                                           pad.before, k, k, s, s, c, c, c,
                                                           clamp.low, clamp.high, 0, made);
            break;
        case Call::add:
            status = xnn_create_add_nd_f32(clamp.low, clamp.high, 0, made);
            break;
        case Call::scale:
        case Call::multiply:
            status = xnn_create_multiply_nd_f32(clamp.low, clamp.high, 0, made);
            break;
        case Call::clamp:
            status = xnn_create_clamp_nc_f32(c, c, c, clamp.low, clamp.high, 0, made);
            break;
        case Call::h_swish:
            status = xnn_create_hardswish_nc_f32(c, c, c, 0, made);
            break;
        case Call::sigmoid:
            status = xnn_create_sigmoid_nc_f32(c, c, c, 0, made);
            break;
        case Call::add_constant:  // hard sigmoid's first half
            status = xnn_create_add_nd_f32(0, 6, 0, made);
            break;
        case Call::scale_by_constant:
            status = xnn_create_multiply_nd_f32(-infinity, infinity, 0, made);
            break;
    }
    check(status, "refuses the layer");
    return layer;
}

struct Step {
    Call call = Call::clamp;
    SharedLayer layer;
    Shape in;
    Shape out;
    const float* input = nullptr;
    const float* second = nullptr;
    float* result = nullptr;
    std::uint64_t number = 0;
};

xnn_status initialize() {
    static const xnn_status status = xnn_initialize(nullptr);
    return status;
}

}  // namespace

struct XnnpackLayers::Impl {
    /// Entry; activation and padding.
    using Key = std::pair<std::shared_ptr<const ParameterSource>, std::array<int, 4>>;

    SharedLayer weighted(const Operator& op, Activation activation,
                         const std::shared_ptr<const ParameterSource>& entry);
    void point(const Step& step) const;

    std::size_t batch = 1;
    pthreadpool_t threads = nullptr;  ///< null: the caller's own
    WeightCache<Key, SharedLayer> kept;
    std::uint64_t steps = 0;  ///< numbered so far
};

SharedLayer XnnpackLayers::Impl::weighted(const Operator& op, Activation activation,
                                          const std::shared_ptr<const ParameterSource>& entry) {
    const Clamp clamp = clamp_of(activation);
    const Padding pad = padding_of(op);
    const int clamped = clamp.high == infinity ? (clamp.low == 0 ? 1 : 0) : 2;
    auto& found = kept.use({entry, {clamped, pad.before, pad.bottom, pad.right}});
    if (!found.weights) {
        const OperatorParameters numbers = entry->numbers();
        found.weights = make_weighted(op, numbers, clamp);
        kept.count(found, sizeof(float) * (numbers.weight.size() + numbers.bias.size()));
    }
    return found.weights;
}

void XnnpackLayers::Impl::point(const Step& step) const {
    xnn_operator_t op = step.layer->handle;
    const auto h = static_cast<std::size_t>(step.in.height);
    const auto w = static_cast<std::size_t>(step.in.width);
    const auto c = static_cast<std::size_t>(step.out.channels);
    const std::size_t out_pixels = batch * static_cast<std::size_t>(step.out.height) *
                                   static_cast<std::size_t>(step.out.width);
    const std::array<std::size_t, 4> all{batch, static_cast<std::size_t>(step.out.height),
                                         static_cast<std::size_t>(step.out.width), c};
    const std::array<std::size_t, 4> each_channel{batch, 1, 1, c};
    const std::size_t one = 1;
    xnn_status status = xnn_status_success;
    switch (step.call) {
        case Call::convolution:
            status =
                xnn_setup_convolution2d_nhwc_f32(op, batch, h, w, step.input, step.result, threads);
            break;
        case Call::linear:
            status = xnn_setup_fully_connected_nc_f32(op, batch, step.input, step.result, threads);
            break;
        case Call::global_pool:
            status = xnn_setup_global_average_pooling_nwc_f32(op, batch, h * w, step.input,
                                                              step.result, threads);
            break;
        case Call::max_pool:
            status =
                xnn_setup_max_pooling2d_nhwc_f32(op, batch, h, w, step.input, step.result, threads);
            break;
        case Call::average_pool:
            status = xnn_setup_average_pooling2d_nhwc_f32(op, batch, h, w, step.input, step.result,
                                                          threads);
            break;
        case Call::add:
            status = xnn_setup_add_nd_f32(op, 4, all.data(), 4, all.data(), step.input, step.second,
                                          step.result, threads);
            break;
        case Call::scale:
            status = xnn_setup_multiply_nd_f32(op, 4, all.data(), 4, each_channel.data(),
                                               step.input, step.second, step.result, threads);
            break;
        case Call::multiply:
            status = xnn_setup_multiply_nd_f32(op, 4, all.data(), 4, all.data(), step.input,
                                               step.second, step.result, threads);
            break;
        case Call::clamp:
            status = xnn_setup_clamp_nc_f32(op, out_pixels, step.input, step.result, threads);
            break;
        case Call::h_swish:
            status = xnn_setup_hardswish_nc_f32(op, out_pixels, step.input, step.result, threads);
            break;
        case Call::sigmoid:
            status = xnn_setup_sigmoid_nc_f32(op, out_pixels, step.input, step.result, threads);
            break;
        case Call::add_constant:
            status = xnn_setup_add_nd_f32(op, 4, all.data(), 1, &one, step.input, three.data(),
                                          step.result, threads);
            break;
        case Call::scale_by_constant:
            status = xnn_setup_multiply_nd_f32(op, 4, all.data(), 1, &one, step.input, sixth.data(),
                                               step.result, threads);
            break;
    }
    check(status, "cannot take its memory");
    step.layer->pointed_at = step.number;
}

XnnpackLayers::XnnpackLayers(int batch, int threads) : impl_(std::make_unique<Impl>()) {
    check(initialize(), "cannot start");
    impl_->batch = static_cast<std::size_t>(batch);
    if (threads > 1) impl_->threads = pthreadpool_create(static_cast<std::size_t>(threads));
}

XnnpackLayers::~XnnpackLayers() {
    if (impl_->threads != nullptr) pthreadpool_destroy(impl_->threads);
}

std::size_t XnnpackLayers::weight_bytes() const { return impl_->kept.bytes(); }

void XnnpackLayers::drop_weights_beyond(std::size_t most) { impl_->kept.drop_beyond(most); }

struct XnnpackProgram::Impl {
    explicit Impl(XnnpackLayers& of) : layers(of.impl()) {}

    void push(Call call, SharedLayer layer, const Operator& op, const float* input,
              const float* second, float* result) {
        steps.push_back(
            {call, std::move(layer), op.in, op.out, input, second, result, ++layers.steps});
        layers.point(steps.back());
    }
    void activate(Call call, const Operator& op, const float* input, const float* second,
                  float* result) {
        push(call, make_plain(call, op, {}), op, input, second, result);
    }

    XnnpackLayers::Impl& layers;
    std::vector<Step> steps;
};

XnnpackProgram::XnnpackProgram(XnnpackLayers& layers) : impl_(std::make_unique<Impl>(layers)) {}
XnnpackProgram::~XnnpackProgram() = default;

void XnnpackProgram::append(const BoundStep& step, float* scratch) {
    const Operator& op = step.op;
    const Activation activation = step.planned.activation;
    float* const result = step.result;
    try {
        const Call call = call_of(op);
        impl_->push(call,
                    step.entry ? impl_->layers.weighted(op, activation, step.entry)
                               : make_plain(call, op, clamp_of(activation)),
                    op, step.input, step.second, result);
        switch (activation) {
            case Activation::none:
            case Activation::relu:
            case Activation::relu6:
                break;
            case Activation::h_swish:
                impl_->activate(Call::h_swish, op, result, nullptr, result);
                break;
            case Activation::swish:
                impl_->activate(Call::sigmoid, op, result, nullptr, scratch);
                impl_->activate(Call::multiply, op, result, scratch, result);
                break;
            case Activation::h_sigmoid:
                impl_->activate(Call::add_constant, op, result, nullptr, result);
                impl_->activate(Call::scale_by_constant, op, result, nullptr, result);
                break;
        }
    } catch (const Error& e) {
        throw Error(fmt::format("{} {}: {}", label(op.where), to_string(op.role), e.what()),
                    Fault::runtime);
    }
}

void XnnpackProgram::run() {
    for (const Step& step : impl_->steps) {
        if (step.layer->pointed_at != step.number) impl_->layers.point(step);
        check(xnn_run_operator(step.layer->handle, impl_->layers.threads), "stopped");
    }
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
