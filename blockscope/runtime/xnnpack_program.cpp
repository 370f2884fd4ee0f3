#include "blockscope/runtime/xnnpack_program.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>
#include <pthreadpool.h>
#include <xnnpack.h>

#include "blockscope/base/error.hpp"

namespace blockscope {
namespace {

/// A scalar that may be read beyond its end.
struct Constant {
    std::array<float, 1 + XNN_EXTRA_BYTES / sizeof(float)> values{};
    explicit Constant(float value) { values[0] = value; }
    const float* data() const { return values.data(); }
};
const Constant three(3);
const Constant sixth(1.F / 6);

}  // namespace

std::shared_ptr<pthreadpool> make_xnnpack_threads(int threads) {
    if (threads <= 1) return nullptr;
    return {pthreadpool_create(static_cast<std::size_t>(threads)), pthreadpool_destroy};
}

void XnnpackProgram::point(const Call& call) const {
    xnn_operator_t op = call.layer->handle;
    const pthreadpool_t threads = threads_.get();
    const auto h = static_cast<std::size_t>(call.in.height);
    const auto w = static_cast<std::size_t>(call.in.width);
    const auto c = static_cast<std::size_t>(call.out.channels);
    const std::size_t out_pixels = batch_ * static_cast<std::size_t>(call.out.height) *
                                   static_cast<std::size_t>(call.out.width);
    const std::array<std::size_t, 4> all{batch_, static_cast<std::size_t>(call.out.height),
                                         static_cast<std::size_t>(call.out.width), c};
    const std::array<std::size_t, 4> each_channel{batch_, 1, 1, c};
    const std::size_t one = 1;
    xnn_status status = xnn_status_success;
    switch (call.layer->call) {
        case XnnpackCall::convolution:
            status = xnn_setup_convolution2d_nhwc_f32(op, batch_, h, w, call.input, call.result,
                                                      threads);
            break;
        case XnnpackCall::linear:
            status = xnn_setup_fully_connected_nc_f32(op, batch_, call.input, call.result, threads);
            break;
        case XnnpackCall::global_pool:
            status = xnn_setup_global_average_pooling_nwc_f32(op, batch_, h * w, call.input,
                                                              call.result, threads);
            break;
        case XnnpackCall::max_pool:
            status = xnn_setup_max_pooling2d_nhwc_f32(op, batch_, h, w, call.input, call.result,
                                                      threads);
            break;
        case XnnpackCall::average_pool:
            status = xnn_setup_average_pooling2d_nhwc_f32(op, batch_, h, w, call.input, call.result,
                                                          threads);
            break;
        case XnnpackCall::add:
            status = xnn_setup_add_nd_f32(op, 4, all.data(), 4, all.data(), call.input, call.second,
                                          call.result, threads);
            break;
        case XnnpackCall::scale:
            status = xnn_setup_multiply_nd_f32(op, 4, all.data(), 4, each_channel.data(),
                                               call.input, call.second, call.result, threads);
            break;
        case XnnpackCall::multiply:
            status = xnn_setup_multiply_nd_f32(op, 4, all.data(), 4, all.data(), call.input,
                                               call.second, call.result, threads);
            break;
        case XnnpackCall::clamp:
            status = xnn_setup_clamp_nc_f32(op, out_pixels, call.input, call.result, threads);
            break;
        case XnnpackCall::h_swish:
            status = xnn_setup_hardswish_nc_f32(op, out_pixels, call.input, call.result, threads);
            break;
        case XnnpackCall::sigmoid:
            status = xnn_setup_sigmoid_nc_f32(op, out_pixels, call.input, call.result, threads);
            break;
        case XnnpackCall::add_constant:
            status = xnn_setup_add_nd_f32(op, 4, all.data(), 1, &one, call.input, three.data(),
                                          call.result, threads);
            break;
        case XnnpackCall::scale_by_constant:
            status = xnn_setup_multiply_nd_f32(op, 4, all.data(), 1, &one, call.input, sixth.data(),
                                               call.result, threads);
            break;
    }
    check_xnnpack(status, "cannot take its memory");
    call.layer->pointed_at = call.number;
}

void XnnpackProgram::push(SharedXnnpackLayer layer, const Operator& op, const float* input,
                          const float* second, float* result) {
    const std::uint64_t number = ++layer->users;
    calls_.push_back({std::move(layer), op.in, op.out, input, second, result, number});
    point(calls_.back());
}

void XnnpackProgram::activate(XnnpackCall call, const Operator& op, const float* input,
                              const float* second, float* result) {
    push(make_plain_layer(call, op, Activation::none), op, input, second, result);
}

void XnnpackProgram::append(const BoundStep& step, float* scratch) {
    const Operator& op = step.op;
    const Activation activation = step.planned.activation;
    float* const result = step.result;
    try {
        const XnnpackCall call = call_of(op);
        push(step.entry ? layers_.weighted(op, activation, step.entry)
                        : make_plain_layer(call, op, activation),
             op, step.input, step.second, result);
        switch (activation) {
            case Activation::none:
            case Activation::relu:
            case Activation::relu6:
                break;
            case Activation::h_swish:
                activate(XnnpackCall::h_swish, op, result, nullptr, result);
                break;
            case Activation::swish:
                activate(XnnpackCall::sigmoid, op, result, nullptr, scratch);
                activate(XnnpackCall::multiply, op, result, scratch, result);
                break;
            case Activation::h_sigmoid:
                activate(XnnpackCall::add_constant, op, result, nullptr, result);
                activate(XnnpackCall::scale_by_constant, op, result, nullptr, result);
                break;
        }
        ends_.push_back(calls_.size());
    } catch (const Error& e) {
        throw Error(fmt::format("{} {}: {}", label(op.where), to_string(op.role), e.what()),
                    Fault::runtime);
    }
}

void XnnpackProgram::execute(const Call& call) const {
    if (call.layer->pointed_at != call.number) point(call);
    check_xnnpack(xnn_run_operator(call.layer->handle, threads_.get()), "stopped");
}

void XnnpackProgram::run() {
    for (const Call& call : calls_) execute(call);
}

void XnnpackProgram::run_marked(const std::function<void()>& mark) {
    std::size_t next = 0;
    for (const std::size_t end : ends_) {
        for (; next < end; ++next) execute(calls_[next]);
        mark();
    }
}

}  // namespace blockscope
