#include "blockscope/runtime/onednn_layers.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <oneapi/dnnl/dnnl.hpp>

#include "blockscope/base/error.hpp"
#include "blockscope/runtime/padding.hpp"
#include "blockscope/runtime/weight_cache.hpp"

namespace blockscope {
namespace {

using dnnl::algorithm;
using dnnl::memory;
using Tag = memory::format_tag;

constexpr auto f32 = memory::data_type::f32;
constexpr auto inference = dnnl::prop_kind::forward_inference;

memory::desc channels_last(int batch, const Shape& s) {
    return {{batch, s.channels, s.height, s.width}, f32, Tag::nhwc};
}

void append(dnnl::post_ops& ops, algorithm kind, float alpha, float beta) {
#if DNNL_VERSION_MAJOR >= 3
    ops.append_eltwise(kind, alpha, beta);
#else
    ops.append_eltwise(1.0F, kind, alpha, beta);
#endif
}

dnnl::primitive_attr attributes_of(const PlannedStep& step) {
    dnnl::post_ops ops;
    if (step.accumulate) ops.append_sum();
    switch (step.activation) {
        case Activation::none:
            break;
        case Activation::relu:
            append(ops, algorithm::eltwise_relu, 0, 0);
            break;
        case Activation::relu6:
            append(ops, algorithm::eltwise_clip, 0, 6);
            break;
        // 2.x has the constants built in and takes no notice of these
        case Activation::h_swish:
            append(ops, algorithm::eltwise_hardswish, 1.F / 6, 0.5F);
            break;
        case Activation::swish:
            append(ops, algorithm::eltwise_swish, 1, 0);
            break;
        case Activation::h_sigmoid:  // 2.x has none, and this is the same in 3.x
            append(ops, algorithm::eltwise_linear, 1.F / 6, 0.5F);
            append(ops, algorithm::eltwise_clip, 0, 1);
            break;
    }
    dnnl::primitive_attr attributes;
    attributes.set_post_ops(ops);
    return attributes;
}

memory::dims weight_dims(const Operator& op) {
    if (op.kind == OpKind::linear) {
        if (op.in.height == 1 && op.in.width == 1) return {op.out.channels, op.in.channels};
        return {op.out.channels, op.in.channels, op.in.height, op.in.width};
    }
    const int in = op.in.channels / op.groups;
    if (op.groups == 1) return {op.out.channels, in, op.kernel, op.kernel};
    return {op.groups, op.out.channels / op.groups, in, op.kernel, op.kernel};
}

Tag plain_tag(const memory::dims& dims) {
    return dims.size() == 2 ? Tag::ab : dims.size() == 4 ? Tag::abcd : Tag::abcde;
}

/// A primitive and the memory it takes.
struct Layer {
    dnnl::primitive primitive;
    memory::desc source;
    memory::desc second;  ///< add and scale
    memory::desc result;
    memory::desc weights;  ///< convolution and linear
};

struct Weights {
    memory weight;
    memory bias;
};

OnednnArgument argument(int kind, const memory& bound) {
    return {kind, {std::make_shared<memory>(bound), bound.get()}};
}

struct Packed {
    memory bias;
    std::vector<memory> layouts;  ///< mostly one; oneDNN may want another for another map
};

}  // namespace

struct OnednnLayers::Impl {
    using Key = std::array<int, 12>;

    explicit Impl(int of_batch)
        : engine(dnnl::engine::kind::cpu, 0), stream(engine), batch(of_batch) {}

    const Layer& of(const Operator& op, const PlannedStep& step);
    const Layer& copy(const Shape& shape, bool out);
    Weights weights(const Layer& layer, const Operator& op,
                    const std::shared_ptr<const ParameterSource>& entry);
    OnednnCall bound_copy(const Shape& shape, bool out, float* from, float* to);

    Layer make(const Operator& op, const PlannedStep& step) const;
    Layer make_convolution(const Operator& op, const dnnl::primitive_attr& attributes) const;
    Layer make_linear(const Operator& op, const dnnl::primitive_attr& attributes) const;
    Layer make_pool(const Operator& op, const dnnl::primitive_attr& attributes) const;
    Layer make_binary(const Operator& op, const dnnl::primitive_attr& attributes) const;

    dnnl::engine engine;
    dnnl::stream stream;
    int batch;
    std::map<Key, Layer> layers;
    WeightCache<std::shared_ptr<const ParameterSource>, Packed> kept;
};

Layer OnednnLayers::Impl::make_convolution(const Operator& op,
                                           const dnnl::primitive_attr& attributes) const {
    Layer layer;
    layer.source = channels_last(batch, op.in);
    layer.result = channels_last(batch, op.out);
    const memory::desc any_weights(weight_dims(op), f32, Tag::any);
    const memory::desc bias({op.out.channels}, f32, Tag::a);
    const memory::dims stride{op.stride, op.stride};
    const int pad = op.kernel / 2;
    const memory::dims before{pad, pad};
    const memory::dims behind{
        padding_behind(op.in.height, op.out.height, op.kernel, op.stride, pad),
        padding_behind(op.in.width, op.out.width, op.kernel, op.stride, pad)};
    using Forward = dnnl::convolution_forward;
#if DNNL_VERSION_MAJOR >= 3
    const Forward::primitive_desc chosen(engine, inference, algorithm::convolution_direct,
                                         layer.source, any_weights, bias, layer.result, stride,
                                         before, behind, attributes);
#else
    const Forward::primitive_desc chosen(
        Forward::desc(inference, algorithm::convolution_direct, layer.source, any_weights, bias,
                      layer.result, stride, before, behind),
        attributes, engine);
#endif
    layer.weights = chosen.weights_desc();
    layer.primitive = Forward(chosen);
    return layer;
}

Layer OnednnLayers::Impl::make_linear(const Operator& op,
                                      const dnnl::primitive_attr& attributes) const {
    Layer layer;
    const memory::dims dims = weight_dims(op);
    const memory::desc any_weights(dims, f32, Tag::any);
    const memory::desc bias({op.out.channels}, f32, Tag::a);
    layer.source = dims.size() == 2 ? memory::desc({batch, op.in.channels}, f32, Tag::ab)
                                    : channels_last(batch, op.in);
    layer.result = memory::desc({batch, op.out.channels}, f32, Tag::ab);
    using Forward = dnnl::inner_product_forward;
#if DNNL_VERSION_MAJOR >= 3
    const Forward::primitive_desc chosen(engine, inference, layer.source, any_weights, bias,
                                         layer.result, attributes);
#else
    const Forward::primitive_desc chosen(
        Forward::desc(inference, layer.source, any_weights, bias, layer.result), attributes,
        engine);
#endif
    layer.weights = chosen.weights_desc();
    layer.primitive = Forward(chosen);
    return layer;
}

Layer OnednnLayers::Impl::make_pool(const Operator& op,
                                    const dnnl::primitive_attr& attributes) const {
    Layer layer;
    layer.source = channels_last(batch, op.in);
    layer.result = channels_last(batch, op.out);
    const bool global = op.kind == OpKind::global_pool;
    const memory::dims kernel =
        global ? memory::dims{op.in.height, op.in.width} : memory::dims{op.kernel, op.kernel};
    const memory::dims stride = global ? memory::dims{1, 1} : memory::dims{op.stride, op.stride};
    const int pad = op.kind == OpKind::max_pool ? op.kernel / 2 : 0;
    const memory::dims before{pad, pad};
    memory::dims behind{0, 0};
    if (!global) {
        behind = {padding_behind(op.in.height, op.out.height, op.kernel, op.stride, pad),
                  padding_behind(op.in.width, op.out.width, op.kernel, op.stride, pad)};
    }
    const auto kind = op.kind == OpKind::max_pool ? algorithm::pooling_max
                                                  : algorithm::pooling_avg_exclude_padding;
    using Forward = dnnl::pooling_forward;
#if DNNL_VERSION_MAJOR >= 3
    const Forward::primitive_desc chosen(engine, inference, kind, layer.source, layer.result,
                                         stride, kernel, {0, 0}, before, behind, attributes);
#else
    const Forward::primitive_desc chosen(
        Forward::desc(inference, kind, layer.source, layer.result, stride, kernel, before, behind),
        attributes, engine);
#endif
    layer.primitive = Forward(chosen);
    return layer;
}

Layer OnednnLayers::Impl::make_binary(const Operator& op,
                                      const dnnl::primitive_attr& attributes) const {
    Layer layer;
    layer.source = layer.result = channels_last(batch, op.out);
    const bool scale = op.kind == OpKind::scale;
    layer.second = scale ? channels_last(batch, {op.out.channels, 1, 1}) : layer.source;
    const auto kind = scale ? algorithm::binary_mul : algorithm::binary_add;
#if DNNL_VERSION_MAJOR >= 3
    const dnnl::binary::primitive_desc chosen(engine, kind, layer.source, layer.second,
                                              layer.result, attributes);
#else
    const dnnl::binary::primitive_desc chosen(
        dnnl::binary::desc(kind, layer.source, layer.second, layer.result), attributes, engine);
#endif
    layer.primitive = dnnl::binary(chosen);
    return layer;
}

Layer OnednnLayers::Impl::make(const Operator& op, const PlannedStep& step) const {
    const auto attributes = attributes_of(step);
    switch (op.kind) {
        case OpKind::convolution:
            return make_convolution(op, attributes);
        case OpKind::linear:
            return make_linear(op, attributes);
        case OpKind::add:
        case OpKind::scale:
            return make_binary(op, attributes);
        case OpKind::global_pool:
        case OpKind::max_pool:
        case OpKind::average_pool:
            break;
    }
    return make_pool(op, attributes);
}

const Layer& OnednnLayers::Impl::of(const Operator& op, const PlannedStep& step) {
    const Key key{static_cast<int>(op.kind),
                  static_cast<int>(step.activation),
                  step.accumulate,
                  op.kernel,
                  op.stride,
                  op.groups,
                  op.in.channels,
                  op.in.height,
                  op.in.width,
                  op.out.channels,
                  op.out.height,
                  op.out.width};
    const auto known = layers.find(key);
    if (known != layers.end()) return known->second;
    return layers.emplace(key, make(op, step)).first->second;
}

const Layer& OnednnLayers::Impl::copy(const Shape& shape, bool out) {
    const Key key{-1, out, 0, 0, 0, 0, shape.channels, shape.height, shape.width, 0, 0, 0};
    const auto known = layers.find(key);
    if (known != layers.end()) return known->second;
    Layer layer;
    layer.source = {{batch, shape.channels, shape.height, shape.width}, f32, Tag::nchw};
    layer.result = channels_last(batch, shape);
    if (out) std::swap(layer.source, layer.result);
    const dnnl::reorder::primitive_desc chosen(engine, layer.source, engine, layer.result);
    layer.primitive = dnnl::reorder(chosen);
    return layers.emplace(key, std::move(layer)).first->second;
}

Weights OnednnLayers::Impl::weights(const Layer& layer, const Operator& op,
                                    const std::shared_ptr<const ParameterSource>& entry) {
    auto& found = kept.use(entry);
    Packed& packed = found.weights;
    for (const memory& known : packed.layouts) {
        if (known.get_desc() == layer.weights) return {known, packed.bias};
    }
    OperatorParameters numbers = entry->numbers();
    if (!packed.bias) {
        packed.bias = memory({{op.out.channels}, f32, Tag::a}, engine);
        std::copy(numbers.bias.begin(), numbers.bias.end(),
                  static_cast<float*>(packed.bias.get_data_handle()));
        kept.count(found, packed.bias.get_desc().get_size());
    }
    const memory::dims dims = weight_dims(op);
    memory plain({dims, f32, plain_tag(dims)}, engine, numbers.weight.data());
    memory chosen(layer.weights, engine);
    dnnl::reorder(plain, chosen).execute(stream, plain, chosen);
    stream.wait();
    packed.layouts.push_back(chosen);
    kept.count(found, layer.weights.get_size());
    return {chosen, packed.bias};
}

OnednnCall OnednnLayers::Impl::bound_copy(const Shape& shape, bool out, float* from, float* to) {
    const Layer& layer = copy(shape, out);
    return {layer.primitive.get(),
            {argument(DNNL_ARG_FROM, memory(layer.source, engine, from)),
             argument(DNNL_ARG_TO, memory(layer.result, engine, to))}};
}

OnednnLayers::OnednnLayers(int batch) {
    try {
        impl_ = std::make_unique<Impl>(batch);
    } catch (const dnnl::error& e) {
        throw Error(fmt::format("oneDNN cannot start: {}", e.what()), Fault::runtime);
    }
}

OnednnLayers::~OnednnLayers() = default;

OnednnCall OnednnLayers::call(const BoundStep& step) {
    const Operator& op = step.op;
    try {
        const Layer& layer = impl_->of(op, step.planned);
        const dnnl::engine& engine = impl_->engine;
        std::vector<OnednnArgument> arguments{
            argument(DNNL_ARG_SRC, memory(layer.source, engine, step.input))};
        if (step.second != nullptr) {
            arguments.push_back(
                argument(DNNL_ARG_SRC_1, memory(layer.second, engine, step.second)));
        }
        if (step.entry) {
            const Weights weights = impl_->weights(layer, op, step.entry);
            arguments.push_back(argument(DNNL_ARG_WEIGHTS, weights.weight));
            arguments.push_back(argument(DNNL_ARG_BIAS, weights.bias));
        }
        arguments.push_back(argument(DNNL_ARG_DST, memory(layer.result, engine, step.result)));
        return {layer.primitive.get(), std::move(arguments)};
    } catch (const dnnl::error& e) {
        throw Error(
            fmt::format("oneDNN refuses {} {}: {}", label(op.where), to_string(op.role), e.what()),
            Fault::runtime);
    }
}

OnednnCall OnednnLayers::copy_in(const Shape& shape, float* from, float* to) {
    return impl_->bound_copy(shape, false, from, to);
}

OnednnCall OnednnLayers::copy_out(const Shape& shape, float* from, float* to) {
    return impl_->bound_copy(shape, true, from, to);
}

dnnl_stream* OnednnLayers::stream() const { return impl_->stream.get(); }

std::size_t OnednnLayers::weight_bytes() const { return impl_->kept.bytes(); }

void OnednnLayers::drop_weights_beyond(std::size_t most) { impl_->kept.drop_beyond(most); }

std::string onednn_version() {
    const dnnl_version_t* v = dnnl_version();
    return fmt::format("{}.{}.{}", v->major, v->minor, v->patch);
}

}  // namespace blockscope
