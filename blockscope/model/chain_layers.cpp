#include "blockscope/model/chain_layers.hpp"

#include <cmath>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/model/layers.hpp"

namespace blockscope {

Matrix matrix(const TensorFile& file, const std::string& name, std::int64_t rows,
              std::int64_t columns) {
    const auto span = weights(file, name, {rows, columns});
    const auto& shape = file.at(name).shape;
    return {static_cast<std::size_t>(shape[0]),
            static_cast<std::size_t>(shape[1]),
            {span.begin(), span.end()}};
}

std::vector<double> numbers(const TensorFile& file, const std::string& name, std::int64_t count) {
    const auto span = weights(file, name, {count});
    return {span.begin(), span.end()};
}

std::vector<float> to_float(const std::vector<double>& values) {
    return {values.begin(), values.end()};
}

Dense<double> joined_dense(const TensorFile& file, const std::string& first,
                           const std::string& second, std::int64_t width, double slope) {
    const Matrix a = matrix(file, first + ".weight", width, width);
    const Matrix b = matrix(file, second + ".weight", width, width);
    const auto bias_a = numbers(file, first + ".bias", width);
    auto bias = numbers(file, second + ".bias", width);
    Matrix product{b.rows, a.columns, std::vector<double>(b.rows * a.columns)};
    for (std::size_t o = 0; o < b.rows; ++o) {
        for (std::size_t k = 0; k < a.rows; ++k) {
            bias[o] += b(o, k) * bias_a[k];
            for (std::size_t i = 0; i < a.columns; ++i) product(o, i) += b(o, k) * a(k, i);
        }
    }
    return make_dense<double>(product.values, bias, a.columns, slope);
}

Convolution convolution(const TensorFile& file, int index, std::int64_t inputs,
                        std::int64_t width) {
    const auto layer = fmt::format("encoder.gnn_layers.{}.", index);
    const auto norm = fmt::format("encoder.bns.{}.module.", index);
    Convolution c{matrix(file, layer + "lin_rel.weight", width, inputs),
                  matrix(file, layer + "lin_root.weight", width, inputs),
                  numbers(file, layer + "lin_rel.bias", width)};
    const auto scale = numbers(file, norm + "weight", width);
    const auto shift = numbers(file, norm + "bias", width);
    const auto mean = numbers(file, norm + "running_mean", width);
    const auto variance = numbers(file, norm + "running_var", width);
    for (std::size_t o = 0; o < c.bias.size(); ++o) {
        if (!(variance[o] >= 0))
            throw Error(fmt::format("'{}running_var' has {}", norm, variance[o]), file.source);
        const double factor = scale[o] / std::sqrt(variance[o] + 1e-5);
        for (std::size_t i = 0; i < c.rel.columns; ++i) {
            c.rel(o, i) *= factor;
            c.root(o, i) *= factor;
        }
        c.bias[o] = (c.bias[o] - mean[o]) * factor + shift[o];
    }
    return c;
}

NodeEmbedding::NodeEmbedding(const TensorFile& file) {
    const char* const names[] = {"stage", "block", "mbconv", "exp", "kernel"};
    const std::int64_t sizes[][2] = {{6, 3}, {4, 2}, {2, 2}, {3, 2}, {3, 3}};
    for (std::size_t t = 0; t < 5; ++t) {
        const auto prefix = fmt::format("embed_layer.{}_", names[t]);
        const Matrix table = matrix(file, prefix + "embed.weight", sizes[t][0], sizes[t][1]);
        const Matrix linear = matrix(file, prefix + "mlp.weight", 1, sizes[t][1]);
        const double bias = numbers(file, prefix + "mlp.bias", 1)[0];
        for (std::size_t r = 0; r < table.rows; ++r) {
            double sum = bias;
            for (std::size_t c = 0; c < table.columns; ++c) sum += table(r, c) * linear(0, c);
            scalars_[t].push_back(std::abs(sum));
        }
    }
    const Matrix up = matrix(file, "embed_layer.res_mlp.0.weight", 3, 1);
    const auto up_bias = numbers(file, "embed_layer.res_mlp.0.bias", 3);
    const Matrix down = matrix(file, "embed_layer.res_mlp.1.weight", 1, 3);
    resolution_bias_ = numbers(file, "embed_layer.res_mlp.1.bias", 1)[0];
    for (std::size_t i = 0; i < 3; ++i) {
        resolution_slope_ += down(0, i) * up(i, 0);
        resolution_bias_ += down(0, i) * up_bias[i];
    }
}

std::array<double, 6> NodeEmbedding::node(const std::array<int, 5>& indices, int resolution) const {
    std::array<double, 6> x{};
    for (std::size_t t = 0; t < 5; ++t) x[t] = scalars_[t][static_cast<std::size_t>(indices[t])];
    x[5] = std::abs(resolution_slope_ * (resolution - 192) / 32.0 + resolution_bias_);
    return x;
}

}  // namespace blockscope
