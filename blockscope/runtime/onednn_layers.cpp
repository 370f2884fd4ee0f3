#include "blockscope/runtime/onednn_layers.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"

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

/// Padding behind the map that makes the last of `out` windows fit.
int padding_behind(int in, int out, int kernel, int stride, int before) {
    return std::max(0, (out - 1) * stride + kernel - in - before);
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
        case Activation::none: break;
        case Activation::relu: append(ops, algorithm::eltwise_relu, 0, 0); break;
        case Activation::relu6: append(ops, algorithm::eltwise_clip, 0, 6); break;
        // 2.x has the constants built in and takes no notice of these
        case Activation::h_swish: append(ops, algorithm::eltwise_hardswish, 1.F / 6, 0.5F); break;
        case Activation::swish: append(ops, algorithm::eltwise_swish, 1, 0); break;
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

template <typename Description>
std::string implementation_of(const Description& description) {
    return description.impl_info_str();
}

}  // namespace

OnednnLayer OnednnLayers::make_convolution(const Operator& op,
                                           const dnnl::primitive_attr& attributes) const {
    OnednnLayer layer;
    layer.source = channels_last(batch_, op.in);
    layer.result = channels_last(batch_, op.out);
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
    const Forward::primitive_desc chosen(engine_, inference, algorithm::convolution_direct,
                                         layer.source, any_weights, bias, layer.result, stride,
                                         before, behind, attributes);
#else
    const Forward::primitive_desc chosen(
        Forward::desc(inference, algorithm::convolution_direct, layer.source, any_weights, bias,
                      layer.result, stride, before, behind),
        attributes, engine_);
#endif
    layer.weights = chosen.weights_desc();
    layer.implementation = chosen.impl_info_str();
    layer.primitive = Forward(chosen);
    return layer;
}

OnednnLayer OnednnLayers::make_linear(const Operator& op,
                                      const dnnl::primitive_attr& attributes) const {
    OnednnLayer layer;
    memory::dims dims = weight_dims(op);
    const memory::desc any_weights(dims, f32, Tag::any);
    const memory::desc bias({op.out.channels}, f32, Tag::a);
    layer.source = dims.size() == 2
                       ? memory::desc({batch_, op.in.channels}, f32, Tag::ab)
                       : channels_last(batch_, op.in);
    layer.result = memory::desc({batch_, op.out.channels}, f32, Tag::ab);
    using Forward = dnnl::inner_product_forward;
#if DNNL_VERSION_MAJOR >= 3
    const Forward::primitive_desc chosen(engine_, inference, layer.source, any_weights, bias,
                                         layer.result, attributes);
#else
    const Forward::primitive_desc chosen(
        Forward::desc(inference, layer.source, any_weights, bias, layer.result), attributes,
        engine_);
#endif
    layer.weights = chosen.weights_desc();
    layer.implementation = chosen.impl_info_str();
    layer.primitive = Forward(chosen);
    return layer;
}

OnednnLayer OnednnLayers::make_pool(const Operator& op,
                                    const dnnl::primitive_attr& attributes) const {
    OnednnLayer layer;
    layer.source = channels_last(batch_, op.in);
    layer.result = channels_last(batch_, op.out);
    const bool global = op.kind == OpKind::global_pool;
    const memory::dims kernel = global ? memory::dims{op.in.height, op.in.width}
                                       : memory::dims{op.kernel, op.kernel};
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
    const Forward::primitive_desc chosen(engine_, inference, kind, layer.source, layer.result,
                                         stride, kernel, {0, 0}, before, behind, attributes);
#else
    const Forward::primitive_desc chosen(
        Forward::desc(inference, kind, layer.source, layer.result, stride, kernel, before, behind),
        attributes, engine_);
#endif
    layer.implementation = chosen.impl_info_str();
    layer.primitive = Forward(chosen);
    return layer;
}

OnednnLayer OnednnLayers::make_binary(const Operator& op,
                                      const dnnl::primitive_attr& attributes) const {
    OnednnLayer layer;
    layer.source = layer.result = channels_last(batch_, op.out);
    const bool scale = op.kind == OpKind::scale;
    layer.second = scale ? channels_last(batch_, {op.out.channels, 1, 1}) : layer.source;
    const auto kind = scale ? algorithm::binary_mul : algorithm::binary_add;
#if DNNL_VERSION_MAJOR >= 3
    const dnnl::binary::primitive_desc chosen(engine_, kind, layer.source, layer.second,
                                              layer.result, attributes);
#else
    const dnnl::binary::primitive_desc chosen(
        dnnl::binary::desc(kind, layer.source, layer.second, layer.result), attributes, engine_);
#endif
    layer.implementation = chosen.impl_info_str();
    layer.primitive = dnnl::binary(chosen);
    return layer;
}

OnednnLayer OnednnLayers::make(const Operator& op, const PlannedStep& step) const {
    const auto attributes = attributes_of(step);
    switch (op.kind) {
        case OpKind::convolution: return make_convolution(op, attributes);
        case OpKind::linear: return make_linear(op, attributes);
        case OpKind::add:
        case OpKind::scale: return make_binary(op, attributes);
        case OpKind::global_pool:
        case OpKind::max_pool:
        case OpKind::average_pool: break;
    }
    return make_pool(op, attributes);
}

const OnednnLayer& OnednnLayers::of(const Operator& op, const PlannedStep& step) {
    const Key key{static_cast<int>(op.kind), static_cast<int>(step.activation), step.accumulate,
                  op.kernel, op.stride, op.groups, op.in.channels, op.in.height, op.in.width,
                  op.out.channels, op.out.height, op.out.width, 0, 0};
    const auto known = layers_.find(key);
    if (known != layers_.end()) return known->second;
    return layers_.emplace(key, make(op, step)).first->second;
}

const OnednnLayer& OnednnLayers::copy(const Shape& shape, bool out) {
    const Key key{-1, out, 0, 0, 0, 0, shape.channels, shape.height, shape.width, 0, 0, 0, 0, 0};
    const auto known = layers_.find(key);
    if (known != layers_.end()) return known->second;
    OnednnLayer layer;
    layer.source = {{batch_, shape.channels, shape.height, shape.width}, f32, Tag::nchw};
    layer.result = channels_last(batch_, shape);
    if (out) std::swap(layer.source, layer.result);
    const dnnl::reorder::primitive_desc chosen(engine_, layer.source, engine_, layer.result);
    layer.implementation = chosen.impl_info_str();
    layer.primitive = dnnl::reorder(chosen);
    return layers_.emplace(key, std::move(layer)).first->second;
}

OnednnWeights OnednnLayers::weights(const OnednnLayer& layer, const Operator& op,
                                    const std::shared_ptr<const OperatorParameters>& entry) {
    Packed& packed = packed_[entry.get()];
    // oneDNN takes no const pointers; it only reads these
    if (!packed.entry) {
        packed.entry = entry;
        packed.bias = memory({{op.out.channels}, f32, Tag::a}, engine_,
                             const_cast<float*>(entry->bias.data()));
    }
    for (const memory& known : packed.layouts) {
        if (known.get_desc() == layer.weights) return {known, packed.bias};
    }
    const memory::dims dims = weight_dims(op);
    memory plain({dims, f32, plain_tag(dims)}, engine_, const_cast<float*>(entry->weight.data()));
    memory chosen(layer.weights, engine_);
    dnnl::stream stream(engine_);
    dnnl::reorder(plain, chosen).execute(stream, plain, chosen);
    stream.wait();
    packed.layouts.push_back(chosen);
    return {chosen, packed.bias};
}

}  // namespace blockscope
