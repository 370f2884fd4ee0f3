#pragma once

#include <cmath>

#include <fmt/format.h>

#include "blockscope/base/random.hpp"
#include "blockscope/weights/tensor.hpp"

namespace blockscope {

/// Models with weights out of a generator, in the shapes and under the names that the published
/// ones have. Small widths, so that the plain versions take no time.
class RandomModel {
public:
    explicit RandomModel(std::uint64_t seed) : rng_(seed) { file_.source = "random"; }

    /// Uniform within +- scale around the middle.
    void add(const std::string& name, const std::vector<std::int64_t>& shape, double scale = 1,
             double middle = 0) {
        Tensor tensor{shape, {}};
        tensor.values.resize(static_cast<std::size_t>(element_count(shape, 1 << 24)));
        for (auto& v : tensor.values) {
            v = static_cast<float>(middle + scale * (2 * rng_.uniform() - 1));
        }
        file_.tensors[name] = std::move(tensor);
    }

    void add_linear(const std::string& name, std::int64_t out, std::int64_t in, bool bias = true) {
        add(name + ".weight", {out, in}, 1.5 / std::sqrt(static_cast<double>(in)));
        if (bias) add(name + ".bias", {out}, 0.5);
    }

    const TensorFile& file() const { return file_; }

private:
    Rng rng_;
    TensorFile file_;
};

inline TensorFile random_mlp(std::uint64_t seed, std::int64_t inputs,
                             const std::vector<std::int64_t>& widths) {
    RandomModel model(seed);
    std::int64_t in = inputs;
    for (std::size_t i = 0; i < widths.size(); ++i) {
        model.add_linear(fmt::format("{}", 2 * i), widths[i], in);
        in = widths[i];
    }
    return model.file();
}

inline TensorFile random_chain_network(std::uint64_t seed, std::int64_t width, int layers) {
    RandomModel model(seed);
    const char* const names[] = {"stage", "block", "mbconv", "exp", "kernel"};
    const std::int64_t sizes[][2] = {{6, 3}, {4, 2}, {2, 2}, {3, 2}, {3, 3}};
    for (int t = 0; t < 5; ++t) {
        const auto prefix = fmt::format("embed_layer.{}_", names[t]);
        model.add(prefix + "embed.weight", {sizes[t][0], sizes[t][1]});
        model.add_linear(prefix + "mlp", 1, sizes[t][1]);
    }
    model.add_linear("embed_layer.res_mlp.0", 3, 1);
    model.add_linear("embed_layer.res_mlp.1", 1, 3);
    for (int i = 0; i < layers; ++i) {
        const auto layer = fmt::format("encoder.gnn_layers.{}.", i);
        const auto norm = fmt::format("encoder.bns.{}.module.", i);
        model.add_linear(layer + "lin_rel", width, i == 0 ? 6 : width);
        model.add_linear(layer + "lin_root", width, i == 0 ? 6 : width, false);
        model.add(norm + "weight", {width});
        model.add(norm + "bias", {width});
        model.add(norm + "running_mean", {width});
        model.add(norm + "running_var", {width}, 0.5, 1);
    }
    for (const int i : {0, 1, 3, 4}) {
        model.add_linear(fmt::format("post_proj.{}", i), width, width);
    }
    model.add_linear("regressor", 1, width);
    model.add("mlp_moments", {2}, 0.5, 2);
    return model.file();
}

inline TensorFile random_gru(std::uint64_t seed, std::int64_t embedded, std::int64_t shaped,
                             std::int64_t hidden) {
    RandomModel model(seed);
    model.add("embed_layer.op_embed_layer.weight", {9, embedded});
    model.add_linear("embed_layer.shape_embed_layer", shaped, 6);
    for (const char* half : {"", "_reverse"}) {
        const auto scale = 1.5 / std::sqrt(static_cast<double>(hidden));
        model.add(fmt::format("encoder.rnn.weight_ih_l0{}", half), {3 * hidden, embedded + shaped},
                  scale);
        model.add(fmt::format("encoder.rnn.weight_hh_l0{}", half), {3 * hidden, hidden}, scale);
        model.add(fmt::format("encoder.rnn.bias_ih_l0{}", half), {3 * hidden}, scale);
        model.add(fmt::format("encoder.rnn.bias_hh_l0{}", half), {3 * hidden}, scale);
    }
    model.add_linear("regressor", 1, 2 * hidden);
    return model.file();
}

}  // namespace blockscope
