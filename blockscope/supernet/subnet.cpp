#include "blockscope/supernet/subnet.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace blockscope {
namespace {

/// The middle `small` x `small` of each `large` x `large` kernel.
std::vector<float> centres(std::span<const float> kernels, int large, int small) {
    const int first = large / 2 - small / 2;
    const std::size_t size = static_cast<std::size_t>(large) * large;
    std::vector<float> cut;
    for (std::size_t k = 0; k < kernels.size(); k += size) {
        for (int y = 0; y < small; ++y) {
            const auto row = k + static_cast<std::size_t>((first + y) * large + first);
            for (int x = 0; x < small; ++x) cut.push_back(kernels[row + x]);
        }
    }
    return cut;
}

/// Each kernel of n numbers becomes matrix [n, n] * kernel.
void multiply(std::vector<float>& kernels, const std::vector<float>& matrix, std::size_t n) {
    std::vector<float> product(n);
    for (std::size_t k = 0; k < kernels.size(); k += n) {
        for (std::size_t i = 0; i < n; ++i) {
            float sum = 0;  // rounded after each step, as the original's
            for (std::size_t j = 0; j < n; ++j) sum += kernels[k + j] * matrix[i * n + j];
            product[i] = sum;
        }
        std::copy(product.begin(), product.end(), kernels.begin() + static_cast<long>(k));
    }
}

/// Kernels of the layer's largest size made into those of size `kernel`.
std::vector<float> shrunk(const Supernet& net, const SupernetLayer& layer,
                          std::vector<float> kernels, int kernel) {
    for (std::size_t i = layer.kernels.size() - 1; layer.kernels[i] > kernel; --i) {
        const int small = layer.kernels[i - 1];
        kernels = centres(kernels, layer.kernels[i], small);
        const auto matrix = net.tensors.find(layer.matrix(i - 1));
        if (matrix == net.tensors.end()) continue;  // never trained: the identity
        multiply(kernels, matrix->second.values, static_cast<std::size_t>(small) * small);
    }
    return kernels;
}

/// The first `out` x `in` of a weight [most out, most in, k, k] or [most out, most in].
std::vector<float> first_channels(const Tensor& weight, int out, int in) {
    const auto most_in = static_cast<std::size_t>(weight.shape[1]);
    const std::size_t window =
        weight.shape.size() == 4 ? static_cast<std::size_t>(weight.shape[2] * weight.shape[3]) : 1;
    std::vector<float> values;
    values.reserve(window * out * in);
    for (int o = 0; o < out; ++o) {
        const auto* row = weight.values.data() + o * most_in * window;
        values.insert(values.end(), row, row + in * window);
    }
    return values;
}

template <typename Number>
std::vector<Number> first(const Tensor& tensor, int count) {
    return {tensor.values.begin(), tensor.values.begin() + count};
}

OperatorParameters folded(const LayerWeights& weights, std::size_t out, double eps) {
    OperatorParameters made{weights.weight, weights.bias};
    made.bias.resize(out, 0.0F);
    const BatchNorm& norm = weights.batch_norm;
    if (norm.scale.empty()) return made;
    const std::size_t fan_in = made.weight.size() / out;
    for (std::size_t o = 0; o < out; ++o) {
        const double factor = norm.scale[o] / std::sqrt(norm.variance[o] + eps);
        for (std::size_t i = o * fan_in; i < (o + 1) * fan_in; ++i) {
            made.weight[i] = static_cast<float>(made.weight[i] * factor);
        }
        made.bias[o] = static_cast<float>(norm.shift[o] + (made.bias[o] - norm.mean[o]) * factor);
    }
    return made;
}

}  // namespace

LayerWeights layer_weights(const Supernet& net, const SupernetLayer& layer, const Operator& op) {
    LayerWeights weights;
    const bool linear = op.kind == OpKind::linear;
    const int in = linear ? static_cast<int>(op.in.elements()) : op.in.channels / op.groups;
    weights.weight = first_channels(net.at(layer.weight), op.out.channels, in);
    if (!linear) weights.weight = shrunk(net, layer, std::move(weights.weight), op.kernel);
    if (!layer.bias.empty()) weights.bias = first<float>(net.at(layer.bias), op.out.channels);
    if (!layer.batch_norm.empty()) {
        weights.batch_norm.scale =
            first<float>(net.at(layer.batch_norm + ".weight"), op.out.channels);
        weights.batch_norm.shift =
            first<float>(net.at(layer.batch_norm + ".bias"), op.out.channels);
        set_stored_statistics(net, layer, op, weights);
    }
    return weights;
}

void set_stored_statistics(const Supernet& net, const SupernetLayer& layer, const Operator& op,
                           LayerWeights& weights) {
    if (layer.batch_norm.empty()) return;
    BatchNorm& norm = weights.batch_norm;
    norm.mean = first<double>(net.at(layer.batch_norm + ".running_mean"), op.out.channels);
    norm.variance = first<double>(net.at(layer.batch_norm + ".running_var"), op.out.channels);
}

Subnet extract(const Supernet& net, const Architecture& a) {
    Subnet subnet{lower(net.space, a), {}};
    for (const Operator& op : subnet.network.operators) {
        LayerWeights& weights = subnet.weights.emplace_back();
        const SupernetLayer* const layer = layer_of(net.layers, net.space, a, op);
        if (layer != nullptr) weights = layer_weights(net, *layer, op);
    }
    return subnet;
}

std::shared_ptr<const ParameterSource> folded_layer(const Subnet& subnet, std::size_t op) {
    const auto out = static_cast<std::size_t>(subnet.network.operators[op].out.channels);
    auto numbers = std::make_shared<const OperatorParameters>(
        folded(subnet.weights[op], out, subnet.network.batch_norm_eps));
    return std::make_shared<ParameterSource>(
        ParameterSource{[numbers = std::move(numbers)] { return *numbers; }});
}

Parameters folded(const Subnet& subnet) {
    Parameters parameters(subnet.network.operators.size());
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        if (!subnet.weights[i].weight.empty()) parameters[i] = folded_layer(subnet, i);
    }
    return parameters;
}

}  // namespace blockscope
