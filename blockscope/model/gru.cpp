#include "blockscope/model/gru.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/parallel.hpp"
#include "blockscope/model/dense.hpp"
#include "blockscope/model/layers.hpp"
#include "blockscope/space/layer_table.hpp"

namespace blockscope {
namespace {

constexpr std::size_t batch = 96;  // architectures that go from layer to layer together
constexpr std::size_t known_blocks = 9;

using Numbers = std::vector<float>;

Numbers numbers(const TensorFile& file, const std::string& name,
                const std::vector<std::int64_t>& shape) {
    const auto values = weights(file, name, shape);
    return {values.begin(), values.end()};
}

/// One half of the GRU. Gates come in torch's order: reset, update, new.
struct Half {
    Numbers input_weight;  ///< [3 H, inputs]
    Numbers input_bias;    ///< [3 H]
    Dense<float> hidden;   ///< H to the three gates, each padded to lanes
};

/// What depends on a node only, at one resolution.
struct NodeGates {
    Lanes<float> forward;  ///< [node][3 gates], padded: what the node adds to the gates
    std::vector<double>
        backward;  ///< what the backward half adds to the output if the node is last
};

class Gru : public Predictor {
public:
    Gru(const TensorFile& file, DesignSpace space) : space_(std::move(space)) {
        const std::string embed = "embed_layer.op_embed_layer.weight";
        const std::string shape = "embed_layer.shape_embed_layer.";
        embedding_ = numbers(file, embed, {static_cast<std::int64_t>(known_blocks), -1});
        shape_weight_ = numbers(file, shape + "weight", {-1, 6});
        shape_bias_ =
            numbers(file, shape + "bias", {static_cast<std::int64_t>(shape_weight_.size() / 6)});
        inputs_ = embedding_.size() / known_blocks + shape_bias_.size();
        const auto& recurrent = file.at("encoder.rnn.weight_hh_l0").shape;
        if (recurrent.size() != 2 || recurrent[1] < 1 || recurrent[1] > 8192) {
            throw Error(fmt::format("tensor 'encoder.rnn.weight_hh_l0' is {}, not [3 H, H]",
                                    to_text(recurrent)),
                        file.source);
        }
        hidden_ = static_cast<std::size_t>(recurrent[1]);
        gate_ = padded<float>(hidden_);
        forward_ = half(file, "");
        backward_ = half(file, "_reverse");
        output_ = numbers(file, "regressor.weight", {1, 2 * recurrent[1]});
        output_bias_ = numbers(file, "regressor.bias", {1})[0];
    }

    void predict(std::span<const Architecture> archs, std::span<double> out,
                 unsigned threads) const override {
        std::map<int, const NodeGates*> gates;
        for (const auto& a : archs) {
            auto& found = gates[a.resolution];
            if (found == nullptr) found = &node_gates(a.resolution);
        }
        parallel_chunks(archs.size(), batch, threads,
                        [&](std::size_t first, std::size_t last, std::size_t) {
                            predict_batch(archs.subspan(first, last - first),
                                          out.subspan(first, last - first), gates);
                        });
    }

    std::string refusal(const Architecture&) const override { return ""; }

private:
    Half half(const TensorFile& file, const std::string& ending) const {
        const auto h = static_cast<std::int64_t>(hidden_);
        const std::string prefix = "encoder.rnn.";
        const auto weight = weights(file, prefix + "weight_hh_l0" + ending, {3 * h, h});
        const auto bias = weights(file, prefix + "bias_hh_l0" + ending, {3 * h});
        Numbers padded_weight(3 * gate_ * hidden_);
        Numbers padded_bias(3 * gate_);
        for (std::size_t g = 0; g < 3; ++g) {
            std::copy_n(&weight[g * hidden_ * hidden_], hidden_ * hidden_,
                        &padded_weight[g * gate_ * hidden_]);
            std::copy_n(&bias[g * hidden_], hidden_, &padded_bias[g * gate_]);
        }
        return {numbers(file, prefix + "weight_ih_l0" + ending,
                        {3 * h, static_cast<std::int64_t>(inputs_)}),
                numbers(file, prefix + "bias_ih_l0" + ending, {3 * h}),
                make_dense<float>(padded_weight, padded_bias, hidden_, 1)};
    }

    const NodeGates& node_gates(int resolution) const {
        const std::scoped_lock lock(mutex_);
        auto& gates = gates_[resolution];
        if (gates.backward.empty()) gates = make_node_gates(resolution);
        return gates;
    }

    /// What a node adds to the gates of one half; out: [3 gates], padded.
    void input_gates(const Half& half, const std::vector<double>& input, float* out) const {
        for (std::size_t o = 0; o < 3 * hidden_; ++o) {
            double z = half.input_bias[o];
            for (std::size_t i = 0; i < inputs_; ++i) {
                z += static_cast<double>(half.input_weight[o * inputs_ + i]) * input[i];
            }
            out[o / hidden_ * gate_ + o % hidden_] = static_cast<float>(z);
        }
    }

    NodeGates make_node_gates(int resolution) const {
        const auto shapes = gru_shapes(space_, resolution);
        const std::size_t lanes = gate_ / 16;
        NodeGates gates;
        gates.forward.resize(shapes.size() * known_blocks * 3 * lanes);
        Lanes<float> inputs(3 * lanes);
        Lanes<float> last(lanes);
        for (std::size_t node = 0; node < shapes.size() * known_blocks; ++node) {
            const std::size_t embedded = embedding_.size() / known_blocks;
            const auto* row = &embedding_[node % known_blocks * embedded];
            std::vector<double> input(row, row + embedded);
            for (std::size_t s = 0; s < shape_bias_.size(); ++s) {
                double z = shape_bias_[s];
                for (std::size_t i = 0; i < 6; ++i) {
                    z += static_cast<double>(shape_weight_[6 * s + i]) *
                         shapes[node / known_blocks][i];
                }
                input.push_back(z);
            }
            input_gates(forward_, input, gates.forward[node * 3 * lanes].value);
            input_gates(backward_, input, inputs[0].value);
            last.assign(lanes, {});
            best_kernels().gru(inputs[0].value, backward_.hidden.bias[0].value, gate_,
                               last[0].value);
            gates.backward.push_back(weighted(last[0].value, &output_[hidden_]));
        }
        return gates;
    }

    double weighted(const float* state, const float* weight) const {
        double sum = 0;
        for (std::size_t i = 0; i < hidden_; ++i) {
            sum += static_cast<double>(state[i]) * static_cast<double>(weight[i]);
        }
        return sum;
    }

    /// Longest first, so that those that still have a layer are the first rows at every step.
    void predict_batch(std::span<const Architecture> archs, std::span<double> out,
                       const std::map<int, const NodeGates*>& gates) const {
        struct Sequence {
            const NodeGates* gates = nullptr;
            std::size_t arch = 0;
            int length = 0;
            std::array<std::uint16_t, max_layers> nodes{};
        };
        std::array<Sequence, batch> sequences{};
        for (std::size_t i = 0; i < archs.size(); ++i) {
            Sequence& s = sequences[i];
            s.gates = gates.at(archs[i].resolution);
            s.arch = i;
            for (std::size_t u = 0; u < space_.units.size(); ++u) {
                const int first = space_.units[u].first_slot;
                for (int slot = first; slot < first + archs[i].depth[u]; ++slot) {
                    const auto at = static_cast<std::size_t>(slot);
                    s.nodes[static_cast<std::size_t>(s.length++)] =
                        static_cast<std::uint16_t>(at * known_blocks + archs[i].block[at]);
                }
            }
        }
        std::stable_sort(sequences.begin(),
                         sequences.begin() + static_cast<std::ptrdiff_t>(archs.size()),
                         [](const Sequence& a, const Sequence& b) { return a.length > b.length; });
        const Kernels& kernel = best_kernels();
        Lanes<float> states(padded_rows(archs.size()) * gate_ / 16);
        Lanes<float> hidden(padded_rows(archs.size()) * 3 * gate_ / 16);
        std::size_t active = archs.size();
        for (std::size_t t = 0; t < static_cast<std::size_t>(sequences[0].length); ++t) {
            while (sequences[active - 1].length <= static_cast<int>(t)) --active;
            if (t > 0) {
                kernel.dense(forward_.hidden, active, states[0].value, gate_, nullptr, 0,
                             hidden[0].value, 3 * gate_);
            }
            for (std::size_t i = 0; i < active; ++i) {
                const Sequence& s = sequences[i];
                const std::size_t node = s.nodes[t];
                const float* from_state =
                    t > 0 ? hidden[i * 3 * gate_ / 16].value : forward_.hidden.bias[0].value;
                kernel.gru(s.gates->forward[node * 3 * gate_ / 16].value, from_state, gate_,
                           states[i * gate_ / 16].value);
            }
        }
        for (std::size_t i = 0; i < archs.size(); ++i) {
            const Sequence& s = sequences[i];
            out[s.arch] = weighted(states[i * gate_ / 16].value, output_.data()) +
                          s.gates->backward[s.nodes[static_cast<std::size_t>(s.length - 1)]] +
                          output_bias_;
        }
    }

    DesignSpace space_;
    Numbers embedding_;     ///< [9, E]
    Numbers shape_weight_;  ///< [S, 6]
    Numbers shape_bias_;
    std::size_t inputs_ = 0;  ///< E + S
    std::size_t hidden_ = 0;  ///< H
    std::size_t gate_ = 0;    ///< H padded to lanes
    Half forward_, backward_;
    Numbers output_;  ///< of the forward state, then of the backward one
    double output_bias_ = 0;
    mutable std::mutex mutex_;
    mutable std::map<int, NodeGates> gates_;  ///< by resolution, made when first asked for
};

}  // namespace

std::vector<std::array<double, 6>> gru_shapes(const DesignSpace& space, int resolution) {
    double widest = 0;
    for (const auto& unit : space.units) {
        widest = std::max<double>(widest, unit.channels.front());
    }
    std::vector<std::array<double, 6>> shapes;
    int side = resolution / 2;
    int incoming = stem_channels(space, {});
    for (const auto& unit : space.units) {
        for (int l = 0; l < unit.max_depth; ++l) {
            const int out = l == 0 ? side / unit.stride : side;
            shapes.push_back({side / 112.0, out / 112.0, side / 112.0, out / 112.0,
                              incoming / widest, unit.channels.front() / widest});
            side = out;
            incoming = unit.channels.front();
        }
    }
    return shapes;
}

bool holds_gru(const TensorFile& file) {
    return file.has("encoder.rnn.weight_hh_l0") && file.has("embed_layer.op_embed_layer.weight");
}

bool gru_knows(const DesignSpace& space) {
    bool fits = space.blocks.size() == known_blocks;
    for (std::size_t b = 0; fits && b < space.blocks.size(); ++b) {
        constexpr double expands[] = {3, 4, 6};
        fits = space.blocks[b].family == Family::mbconv &&
               space.blocks[b].kernel == 3 + 2 * static_cast<int>(b % 3) &&
               space.blocks[b].expand == expands[b / 3];
    }
    for (const auto& unit : space.units) fits = fits && unit.channels.size() == 1;
    return fits;
}

std::unique_ptr<Predictor> make_gru(const TensorFile& file, const DesignSpace& space) {
    if (!gru_knows(space)) {
        throw Error(
            fmt::format("a GRU over MBConv blocks B1 to B9; space '{}' has others", space.name),
            file.source);
    }
    return std::make_unique<Gru>(file, space);
}

}  // namespace blockscope
