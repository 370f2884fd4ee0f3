#include "blockscope/model/mlp.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/parallel.hpp"
#include "blockscope/model/dense.hpp"
#include "blockscope/model/layers.hpp"
#include "blockscope/model/space_match.hpp"

namespace blockscope {
namespace {

constexpr std::size_t batch = 96;         // architectures whose activations fit the second cache
constexpr std::size_t chunk = 2 * batch;  // work handed to a thread at a time

/// Names of the linear layers without ".weight", in order.
std::vector<std::string> layer_names(const TensorFile& file) {
    std::vector<std::string> names;
    for (int i = 0; i < 64; ++i) {
        for (const auto& name : {fmt::format("{}", 2 * i), fmt::format("layers.{}.0", i),
                                 fmt::format("layers.{}", i)}) {
            if (file.has(name + ".weight")) names.push_back(name);
        }
    }
    return names;
}

class Mlp : public Predictor {
public:
    Mlp(const TensorFile& file, OneHot encoding) : encoding_(std::move(encoding)) {
        const auto names = layer_names(file);
        std::int64_t inputs = encoding_.inputs;
        for (const auto& name : names) {
            const bool last = name == names.back();
            const auto weight = weights(file, name + ".weight", {last ? 1 : -1, inputs});
            const auto outputs = static_cast<std::int64_t>(weight.size()) / inputs;
            std::span<const float> bias;
            if (file.has(name + ".bias")) bias = weights(file, name + ".bias", {outputs});
            layers_.push_back(make_dense<float>(weight, bias, static_cast<std::size_t>(inputs),
                                                last ? 1.0F : 0.0F));
            if (&name == &names.front()) make_rows(weight, bias, outputs);
            widest_ = std::max(widest_, layers_.back().outputs);
            inputs = outputs;
        }
        layers_.erase(layers_.begin());
        if (file.has("base_acc")) {
            const bool scalar = file.at("base_acc").shape.empty();
            base_ = weights(file, "base_acc",
                            scalar ? std::vector<std::int64_t>{} : std::vector<std::int64_t>{1})[0];
        }
    }

    void predict(std::span<const Architecture> archs, std::span<double> out,
                 unsigned threads) const override {
        parallel_chunks(archs.size(), chunk, threads,
                        [&](std::size_t first, std::size_t last, std::size_t) {
                            Lanes<float> one(padded_rows(batch) * widest_ / 16);
                            Lanes<float> two(one.size());
                            for (std::size_t i = first; i < last; i += batch) {
                                const std::size_t n = std::min(batch, last - i);
                                predict_batch(archs.subspan(i, n), out.subspan(i, n), one[0].value,
                                              two[0].value);
                            }
                        });
    }

    std::string refusal(const Architecture& a) const override {
        if (encoding_.resolutions.count(a.resolution) != 0) return "";
        std::string known;
        for (const auto& entry : encoding_.resolutions) known += fmt::format(" {}", entry.first);
        return fmt::format("the model has no input for resolution {}; it has{}", a.resolution,
                           known);
    }

private:
    /// The first layer as rows: of each input, then of the bias.
    void make_rows(std::span<const float> weight, std::span<const float> bias,
                   std::int64_t outputs) {
        const auto inputs = static_cast<std::size_t>(encoding_.inputs);
        first_width_ = padded<float>(static_cast<std::size_t>(outputs));
        rows_.resize((inputs + 1) * first_width_ / 16);
        for (std::size_t o = 0; o < static_cast<std::size_t>(outputs); ++o) {
            for (std::size_t i = 0; i < inputs; ++i) {
                row(i)[o] = normal(weight[o * inputs + i]);
            }
            row(inputs)[o] = bias.empty() ? 0.0F : normal(bias[o]);
        }
    }

    float* row(std::size_t i) { return rows_[i * first_width_ / 16].value; }
    const float* row(std::size_t i) const { return rows_[i * first_width_ / 16].value; }

    void predict_batch(std::span<const Architecture> archs, std::span<double> out, float* in,
                       float* result) const {
        const Kernels& kernel = best_kernels();
        std::array<std::uint16_t, OneHot::most_ones> ones{};
        std::array<const float*, OneHot::most_ones + 1> summands{};
        for (std::size_t i = 0; i < archs.size(); ++i) {
            const auto count = static_cast<std::size_t>(encoding_.ones(archs[i], ones));
            out[i] = count == 0 ? std::numeric_limits<double>::quiet_NaN() : 0.0;
            summands[0] = row(static_cast<std::size_t>(encoding_.inputs));
            for (std::size_t k = 0; k < count; ++k) summands[k + 1] = row(ones[k]);
            kernel.sum(summands.data(), count + 1, 0.0F, first_width_, in + i * first_width_);
        }
        std::size_t width = first_width_;
        for (const auto& layer : layers_) {
            kernel.dense(layer, archs.size(), in, width, nullptr, 0, result, layer.outputs);
            std::swap(in, result);
            width = layer.outputs;
        }
        for (std::size_t i = 0; i < archs.size(); ++i) out[i] += in[i * width] + base_;
    }

    OneHot encoding_;
    Lanes<float> rows_;
    std::size_t first_width_ = 0;
    std::size_t widest_ = 0;
    std::vector<Dense<float>> layers_;  ///< behind the first
    double base_ = 0;
};

}  // namespace

bool holds_mlp(const TensorFile& file) { return layer_names(file).size() >= 2; }

std::int64_t mlp_inputs(const TensorFile& file) {
    const auto& shape = file.at(layer_names(file).front() + ".weight").shape;
    return shape.size() == 2 ? shape[1] : -1;
}

std::unique_ptr<Predictor> make_mlp(const TensorFile& file, const DesignSpace& space) {
    const auto inputs = mlp_inputs(file);
    if (inputs != 128 && inputs != 82) {
        throw Error(fmt::format("an MLP of {} inputs; those known have 128 (ofa-mbv3) or 82 "
                                "(resnet50)",
                                inputs),
                    file.source);
    }
    const std::string made_for = inputs == 128 ? "ofa-mbv3" : "resnet50";
    if (!has_body_of(space, made_for)) {
        throw Error(fmt::format("an MLP of {} inputs is a model of space '{}', not of '{}'", inputs,
                                made_for, space.name),
                    file.source);
    }
    return std::make_unique<Mlp>(
        file, inputs == 128 ? ofa_mobilenet_one_hot(space) : ofa_resnet_one_hot(space));
}

}  // namespace blockscope
