#include "torch/network.hpp"

#include <ATen/ATen.h>

namespace blockscope {
namespace {

using at::Tensor;

const Tensor& of(const std::vector<Tensor>& tensors, int number) {
    return tensors.at(static_cast<std::size_t>(number));
}

/// The first `count` of a tensor; nothing for -1.
c10::optional<Tensor> first(const std::vector<Tensor>& tensors, int number, int count) {
    if (number < 0) return c10::nullopt;
    return of(tensors, number).narrow(0, 0, count);
}

Tensor weight_of(const TorchOperator& layer, const std::vector<Tensor>& tensors) {
    const Operator& op = layer.op;
    const bool linear = op.kind == OpKind::linear;
    const std::int64_t in = linear ? op.in.elements() : op.in.channels / op.groups;
    Tensor weight = of(tensors, layer.weight).narrow(0, 0, op.out.channels).narrow(1, 0, in);
    for (const TorchShrinking& step : layer.shrinkings) {
        const std::int64_t k = step.kernel;
        const std::int64_t start = weight.size(3) / 2 - k / 2;
        weight = weight.narrow(2, start, k).narrow(3, start, k);
        if (step.matrix < 0) continue;
        weight = at::linear(weight.reshape({-1, k * k}), of(tensors, step.matrix))
                     .reshape({op.out.channels, in, k, k});
    }
    return weight;
}

Tensor activated(const Tensor& x, Activation activation) {
    switch (activation) {
        case Activation::none:
            return x;
        case Activation::relu:
            return at::relu(x);
        case Activation::relu6:
            return at::clamp(x, 0, 6);
        case Activation::h_swish:
            return at::hardswish(x);
        case Activation::swish:
            return at::silu(x);
        case Activation::h_sigmoid:
            return at::hardsigmoid(x);
    }
    return x;
}

Tensor batch_norm(const TorchOperator& layer, const std::vector<Tensor>& tensors, double eps,
                  const Tensor& x, NormMode mode, MapStatistics* statistics) {
    const int channels = layer.op.out.channels;
    const bool running = mode != NormMode::batch && layer.mean >= 0;
    if (statistics != nullptr) {
        // in one pass and by halves, so that float32 loses less than the original's sums
        const auto [variance, mean] = at::var_mean(x, {0, 2, 3}, /*unbiased=*/false);
        statistics->means.push_back(mean);
        statistics->variances.push_back(variance);
    }
    return at::batch_norm(x, first(tensors, layer.scale, channels),
                          first(tensors, layer.shift, channels),
                          first(tensors, running ? layer.mean : -1, channels),
                          first(tensors, running ? layer.variance : -1, channels),
                          /*training=*/mode != NormMode::running,
                          /*momentum=*/0.1, eps, /*cudnn_enabled=*/true);
}

Tensor convolution(const TorchOperator& layer, const std::vector<Tensor>& tensors,
                   const Tensor& x) {
    const Operator& op = layer.op;
    return at::conv2d(x, weight_of(layer, tensors), first(tensors, layer.bias, op.out.channels),
                      {op.stride, op.stride}, {op.kernel / 2, op.kernel / 2}, {1, 1}, op.groups);
}

Tensor applied(const TorchOperator& layer, const std::vector<Tensor>& tensors, const Tensor& x,
               const Tensor& second) {
    const Operator& op = layer.op;
    const std::int64_t k = op.kernel;
    switch (op.kind) {
        case OpKind::convolution:
            return convolution(layer, tensors, x);
        case OpKind::linear:
            return at::linear(x.flatten(1), weight_of(layer, tensors),
                              first(tensors, layer.bias, op.out.channels))
                .reshape({x.size(0), op.out.channels, 1, 1});
        case OpKind::add:
            return x + second;
        case OpKind::scale:
            return x * second;
        case OpKind::global_pool:
            return x.mean({2, 3}, /*keepdim=*/true);
        case OpKind::max_pool:
            return at::max_pool2d(x, {k, k}, {op.stride, op.stride}, {k / 2, k / 2});
        case OpKind::average_pool:
            return at::avg_pool2d(x, {k, k}, {op.stride, op.stride}, {0, 0}, /*ceil_mode=*/true,
                                  /*count_include_pad=*/false);
    }
    return x;
}

/// The operator behind which each tensor of the network is not read again.
std::vector<std::size_t> last_uses(const TorchNetwork& network) {
    std::vector<std::size_t> last(network.operators.size() + 1, network.operators.size());
    for (std::size_t i = 0; i < network.operators.size(); ++i) {
        const Operator& op = network.operators[i].op;
        last[static_cast<std::size_t>(op.input)] = i;
        if (op.second >= 0) last[static_cast<std::size_t>(op.second)] = i;
    }
    return last;
}

}  // namespace

at::Tensor normalised(const TorchImages& images, const at::Tensor& on_device_of) {
    const Tensor bytes = at::from_blob(const_cast<std::uint8_t*>(images.pixels.data()),
                                       {images.count, images.height, images.width, 3}, at::kByte)
                             .to(on_device_of.device());
    const auto numbers = on_device_of.options().dtype(at::kFloat);
    const Tensor mean = at::tensor({0.485F, 0.456F, 0.406F}).to(numbers);
    const Tensor deviation = at::tensor({0.229F, 0.224F, 0.225F}).to(numbers);
    // as bytes lie, channels are last already
    return ((bytes.to(at::kFloat) / 255 - mean) / deviation).permute({0, 3, 1, 2});
}

at::Tensor forward(const TorchNetwork& network, const std::vector<at::Tensor>& tensors,
                   const at::Tensor& images, NormMode mode, MapStatistics* statistics) {
    const auto last = last_uses(network);
    std::vector<Tensor> maps{images};
    for (std::size_t i = 0; i < network.operators.size(); ++i) {
        const TorchOperator& layer = network.operators[i];
        const auto input = static_cast<std::size_t>(layer.op.input);
        const auto second = static_cast<std::size_t>(std::max(layer.op.second, 0));
        Tensor map = applied(layer, tensors, maps[input], maps[second]);
        if (layer.scale >= 0) {
            map = batch_norm(layer, tensors, network.batch_norm_eps, map, mode, statistics);
        }
        maps.push_back(activated(map, layer.op.activation));
        if (last[input] == i) maps[input] = Tensor();
        if (layer.op.second >= 0 && last[second] == i) maps[second] = Tensor();
    }
    return maps.back().flatten(1);
}

}  // namespace blockscope
