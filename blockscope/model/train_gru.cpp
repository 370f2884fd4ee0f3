#include "blockscope/model/train_gru.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "blockscope/base/random.hpp"
#include "blockscope/model/adam.hpp"
#include "blockscope/model/feed_forward.hpp"
#include "blockscope/model/gru.hpp"
#include "blockscope/model/products.hpp"

namespace blockscope {
namespace {

constexpr std::size_t blocks = 9;

/// A weight [rows, columns] with its gradient.
struct Weight {
    std::size_t rows, columns;
    Matrix value, gradient;

    Weight(std::size_t r, std::size_t c, double most, Rng& rng)
        : rows(r), columns(c), value(r, c), gradient(r, c) {
        for (std::size_t i = 0; i < r; ++i) {
            for (std::size_t j = 0; j < c; ++j) {
                value.row(i)[j] = static_cast<float>(most * (2 * rng.uniform() - 1));
            }
        }
    }
    Adam::Array array() { return {value.row(0), gradient.row(0), rows * value.stride(), false}; }
    /// [columns, rows] as torch has it, or [rows, columns]; on a grid, so that text stays short.
    Tensor tensor(bool turned) const {
        Tensor t;
        t.shape = {static_cast<std::int64_t>(turned ? columns : rows),
                   static_cast<std::int64_t>(turned ? rows : columns)};
        for (std::size_t i = 0; i < static_cast<std::size_t>(t.shape[0]); ++i) {
            for (std::size_t j = 0; j < static_cast<std::size_t>(t.shape[1]); ++j) {
                t.values.push_back(turned ? value.row(j)[i] : value.row(i)[j]);
            }
        }
        const double step = grid_step(t.values);
        for (float& v : t.values) v = on_grid(v, step);
        return t;
    }
    Tensor vector() const {
        Tensor t = tensor(false);
        t.shape = {t.shape[1]};
        return t;
    }
};

double xavier(std::size_t in, std::size_t out) {
    return std::sqrt(6.0 / static_cast<double>(in + out));
}

float sigmoid(float x) { return 1.0F / (1.0F + std::exp(-x)); }

/// One half: what nodes and states add to the three gates (reset, update, new), [inputs, 3 H].
struct Half {
    Weight input, input_bias, hidden, hidden_bias;

    Half(std::size_t inputs, std::size_t h, bool recurrent, Rng& rng)
        : input(inputs, 3 * h, xavier(inputs, h), rng),
          input_bias(1, 3 * h, 0.05, rng),
          hidden(recurrent ? h : 1, 3 * h, xavier(h, h), rng),
          hidden_bias(1, 3 * h, 0.05, rng) {}
};

/// A sequence: what its nodes' shapes and blocks are.
struct Sequence {
    std::vector<std::uint8_t> block;
    std::vector<std::array<float, 6>> shape;
    float target = 0;
};

class Trainer {
public:
    Trainer(const GruOptions& o, Rng rng)
        : options_(o),
          h_(o.hidden),
          inputs_(o.embedding + o.shape),
          rng_(rng),
          embed_(blocks, o.embedding, 0.5, rng_),
          shape_(6, o.shape, xavier(6, o.shape), rng_),
          shape_bias_(1, o.shape, 0.05, rng_),
          forward_(inputs_, h_, true, rng_),
          backward_(inputs_, h_, false, rng_),
          regressor_(1, 2 * h_, 1 / std::sqrt(2.0 * static_cast<double>(h_)), rng_),
          regressor_bias_(1, 1, 0, rng_),
          adam_({embed_.array(), shape_.array(), shape_bias_.array(), forward_.input.array(),
                 forward_.input_bias.array(), forward_.hidden.array(), forward_.hidden_bias.array(),
                 backward_.input.array(), backward_.input_bias.array(),
                 backward_.hidden_bias.array(), regressor_.array(), regressor_bias_.array()},
                0, o.clip) {}

    /// batch: sequences of one length.
    void step(std::span<const Sequence* const> batch) {
        const std::size_t n = batch.size();
        const std::size_t length = batch[0]->block.size();
        const std::size_t rows = n * length;
        read(batch);
        // what nodes add to the gates
        gates_ = Matrix(rows, 3 * h_);
        products_.multiply(nodes_, forward_.input.value, rows, inputs_, 3 * h_, gates_);
        packed_.pack(forward_.hidden.value, h_, 3 * h_);
        packed_back_.pack_transposed(forward_.hidden.value, 3 * h_, h_);
        // [step][row]; those before the first step are 0. Products read rows in whole groups
        states_ = Matrix(rows + padded_rows(n), h_);
        kept_ = Matrix(rows, 4 * h_);  // reset, update, new, what the state adds to new
        Matrix from_state(n, 3 * h_);
        for (std::size_t t = 0; t < length; ++t) {
            packed_.multiply(states_.row(t * n), states_.stride(), n, from_state);
            for (std::size_t i = 0; i < n; ++i) {
                gate(gates_.row(t * n + i), from_state.row(i), states_.row(t * n + i),
                     forward_.input_bias.value.row(0), forward_.hidden_bias.value.row(0),
                     kept_.row(t * n + i), states_.row((t + 1) * n + i));
            }
        }
        // the backward half has seen the last node only
        Matrix last(n, inputs_);
        for (std::size_t i = 0; i < n; ++i) {
            std::copy_n(nodes_.row((length - 1) * n + i), nodes_.stride(), last.row(i));
        }
        Matrix last_gates(n, 3 * h_);
        Matrix last_kept(n, 4 * h_);
        Matrix last_state(n, h_);
        const Matrix none(1, 3 * h_);
        products_.multiply(last, backward_.input.value, n, inputs_, 3 * h_, last_gates);
        for (std::size_t i = 0; i < n; ++i) {
            gate(last_gates.row(i), none.row(0), none.row(0), backward_.input_bias.value.row(0),
                 backward_.hidden_bias.value.row(0), last_kept.row(i), last_state.row(i));
        }
        // the regressor, and back through it
        Matrix slope(n, h_);
        Matrix last_slope(n, h_);
        const auto kept_share = static_cast<float>(1 - options_.dropout);
        for (std::size_t i = 0; i < n; ++i) {
            const float* state[] = {states_.row(length * n + i), last_state.row(i)};
            mask_.assign(2 * h_, 1.0F);
            if (options_.dropout > 0) {
                for (float& m : mask_) m = rng_.uniform() < kept_share ? 1 / kept_share : 0.0F;
            }
            const float* w = regressor_.value.row(0);
            float y = regressor_bias_.value.row(0)[0];
            for (std::size_t c = 0; c < 2 * h_; ++c) y += mask_[c] * w[c] * state[c / h_][c % h_];
            const float dy = 2 * (y - batch[i]->target) / static_cast<float>(n);
            regressor_bias_.gradient.row(0)[0] += dy;
            for (std::size_t c = 0; c < 2 * h_; ++c) {
                regressor_.gradient.row(0)[c] += dy * mask_[c] * state[c / h_][c % h_];
                (c < h_ ? slope : last_slope).row(i)[c % h_] = dy * mask_[c] * w[c];
            }
        }
        // back through time
        Matrix node_slope(rows, 3 * h_);   // of what nodes add to the gates
        Matrix state_slope(rows, 3 * h_);  // of what states add
        Matrix now(n, 3 * h_);
        for (std::size_t t = length; t-- > 0;) {
            for (std::size_t i = 0; i < n; ++i) {
                back(kept_.row(t * n + i), states_.row(t * n + i), slope.row(i),
                     node_slope.row(t * n + i), now.row(i));
                std::copy_n(now.row(i), 3 * h_, state_slope.row(t * n + i));
            }
            packed_back_.multiply(now.row(0), now.stride(), n, slope, true);
        }
        products_.add_outer(states_, state_slope, rows, h_, 3 * h_, forward_.hidden.gradient);
        add_rows(state_slope, rows, forward_.hidden_bias.gradient);
        Matrix into_nodes = through_input(forward_, nodes_, node_slope, rows);
        Matrix last_node_slope(n, 3 * h_);
        for (std::size_t i = 0; i < n; ++i) {
            back(last_kept.row(i), none.row(0), last_slope.row(i), last_node_slope.row(i),
                 now.row(i));
        }
        add_rows(now, n, backward_.hidden_bias.gradient);
        const Matrix into_last = through_input(backward_, last, last_node_slope, n);
        for (std::size_t i = 0; i < n; ++i) {
            float* to = into_nodes.row((length - 1) * n + i);
            for (std::size_t c = 0; c < inputs_; ++c) to[c] += into_last.row(i)[c];
        }
        spread(batch, into_nodes);
        adam_.step(options_.rate);
    }

    std::string state() const {
        std::string state;
        append_bytes(state, rng_);
        return state + adam_.state();
    }
    void restore(std::string_view state) {
        take_bytes(state, rng_);
        adam_.restore(state);
    }

    TensorFile tensors() const {
        TensorFile file;
        file.source = "trained GRU";
        auto& t = file.tensors;
        t["embed_layer.op_embed_layer.weight"] = embed_.tensor(false);
        t["embed_layer.shape_embed_layer.weight"] = shape_.tensor(true);
        t["embed_layer.shape_embed_layer.bias"] = shape_bias_.vector();
        const std::string rnn = "encoder.rnn.";
        t[rnn + "weight_ih_l0"] = forward_.input.tensor(true);
        t[rnn + "bias_ih_l0"] = forward_.input_bias.vector();
        t[rnn + "weight_hh_l0"] = forward_.hidden.tensor(true);
        t[rnn + "bias_hh_l0"] = forward_.hidden_bias.vector();
        t[rnn + "weight_ih_l0_reverse"] = backward_.input.tensor(true);
        t[rnn + "bias_ih_l0_reverse"] = backward_.input_bias.vector();
        t[rnn + "bias_hh_l0_reverse"] = backward_.hidden_bias.vector();
        t["regressor.weight"] = regressor_.tensor(false);
        t["regressor.bias"] = regressor_bias_.vector();
        return file;
    }

private:
    /// Back through what nodes add to one half's gates. slope: of that, a row for each node.
    /// Returns that of the nodes.
    Matrix through_input(Half& half, const Matrix& nodes, const Matrix& slope, std::size_t rows) {
        add_rows(slope, rows, half.input_bias.gradient);
        products_.add_outer(nodes, slope, rows, inputs_, 3 * h_, half.input.gradient);
        Matrix into(rows, inputs_);
        products_.multiply_transposed(slope, half.input.value, rows, 3 * h_, inputs_, into);
        return into;
    }

    void read(std::span<const Sequence* const> batch) {
        const std::size_t n = batch.size();
        const std::size_t length = batch[0]->block.size();
        nodes_ = Matrix(n * length, inputs_);
        for (std::size_t t = 0; t < length; ++t) {
            for (std::size_t i = 0; i < n; ++i) {
                float* node = nodes_.row(t * n + i);
                std::copy_n(embed_.value.row(batch[i]->block[t]), options_.embedding, node);
                for (std::size_t s = 0; s < options_.shape; ++s) {
                    float z = shape_bias_.value.row(0)[s];
                    for (std::size_t k = 0; k < 6; ++k) {
                        z += batch[i]->shape[t][k] * shape_.value.row(k)[s];
                    }
                    node[options_.embedding + s] = z;
                }
            }
        }
    }

    /// The same for gradients.
    void spread(std::span<const Sequence* const> batch, const Matrix& slope) {
        const std::size_t n = batch.size();
        for (std::size_t t = 0; t < batch[0]->block.size(); ++t) {
            for (std::size_t i = 0; i < n; ++i) {
                const float* s = slope.row(t * n + i);
                float* row = embed_.gradient.row(batch[i]->block[t]);
                for (std::size_t c = 0; c < options_.embedding; ++c) row[c] += s[c];
                for (std::size_t c = 0; c < options_.shape; ++c) {
                    const float g = s[options_.embedding + c];
                    shape_bias_.gradient.row(0)[c] += g;
                    for (std::size_t k = 0; k < 6; ++k) {
                        shape_.gradient.row(k)[c] += g * batch[i]->shape[t][k];
                    }
                }
            }
        }
    }

    static void add_rows(const Matrix& from, std::size_t rows, Matrix& sum) {
        for (std::size_t r = 0; r < rows; ++r) {
            for (std::size_t c = 0; c < sum.stride(); ++c) sum.row(0)[c] += from.row(r)[c];
        }
    }

    /// A step: x, s: what node and state add to the gates, without biases bx, bs.
    void gate(const float* x, const float* s, const float* state, const float* bx, const float* bs,
              float* kept, float* next) const {
        for (std::size_t c = 0; c < h_; ++c) {
            const float reset = sigmoid(x[c] + bx[c] + s[c] + bs[c]);
            const float update = sigmoid(x[h_ + c] + bx[h_ + c] + s[h_ + c] + bs[h_ + c]);
            const float from_state = s[2 * h_ + c] + bs[2 * h_ + c];
            const float fresh = std::tanh(x[2 * h_ + c] + bx[2 * h_ + c] + reset * from_state);
            kept[c] = reset;
            kept[h_ + c] = update;
            kept[2 * h_ + c] = fresh;
            kept[3 * h_ + c] = from_state;
            next[c] = (1 - update) * fresh + update * state[c];
        }
    }

    /// Back through a step: slope is that in the next state, and becomes what goes straight to the
    /// state before; x, s: those in what node and state add to the gates.
    void back(const float* kept, const float* state, float* slope, float* x, float* s) const {
        for (std::size_t c = 0; c < h_; ++c) {
            const float reset = kept[c];
            const float update = kept[h_ + c];
            const float fresh = kept[2 * h_ + c];
            const float fresh_slope = slope[c] * (1 - update) * (1 - fresh * fresh);
            x[c] = s[c] = fresh_slope * kept[3 * h_ + c] * reset * (1 - reset);
            x[h_ + c] = s[h_ + c] = slope[c] * (state[c] - fresh) * update * (1 - update);
            x[2 * h_ + c] = fresh_slope;
            s[2 * h_ + c] = fresh_slope * reset;
            slope[c] *= update;
        }
    }

    const GruOptions& options_;
    std::size_t h_, inputs_;
    Rng rng_;
    Weight embed_, shape_, shape_bias_;
    Half forward_, backward_;
    Weight regressor_, regressor_bias_;
    Adam adam_;
    Products products_;
    Packed packed_, packed_back_;
    Matrix nodes_, gates_, states_, kept_;
    std::vector<float> mask_;
};

std::vector<Sequence> sequences(const DesignSpace& space, std::span<const Architecture> archs,
                                std::span<const double> targets, double scale) {
    std::map<int, std::vector<std::array<double, 6>>> shapes;
    std::vector<Sequence> result;
    for (std::size_t i = 0; i < archs.size(); ++i) {
        const Architecture& a = archs[i];
        auto& known = shapes[a.resolution];
        if (known.empty()) known = gru_shapes(space, a.resolution);
        Sequence& s = result.emplace_back();
        for (std::size_t u = 0; u < space.units.size(); ++u) {
            const auto first = static_cast<std::size_t>(space.units[u].first_slot);
            for (std::size_t slot = first; slot < first + a.depth[u]; ++slot) {
                s.block.push_back(a.block[slot]);
                auto& shape = s.shape.emplace_back();
                std::transform(known[slot].begin(), known[slot].end(), shape.begin(),
                               [](double v) { return static_cast<float>(v); });
            }
        }
        s.target = static_cast<float>(targets[i] / scale);
    }
    return result;
}

/// All that matters, with the version of Trainer's state.
std::string text_of(const GruOptions& o, std::size_t watched) {
    return fmt::format("gru 1: {} {} {} {} {} {} {} {} {} {}", o.embedding, o.shape, o.hidden,
                       o.epochs, o.batch, o.rate, o.dropout, o.clip, o.seed, watched);
}

}  // namespace

TensorFile complete(const TrainedGru& gru) {
    TensorFile file = gru.tensors;
    const auto& recurrent = file.at("encoder.rnn.weight_hh_l0");
    file.tensors["encoder.rnn.weight_hh_l0_reverse"] = {
        recurrent.shape, std::vector<float>(recurrent.values.size(), 0.0F)};
    return file;
}

TrainedGru train_gru(const DesignSpace& space, std::span<const Architecture> archs,
                     std::span<const double> targets, std::size_t watched,
                     const GruOptions& options, Progress* progress, TrainingStates* states) {
    TrainedGru best;
    best.scale = 0;
    for (const double t : targets) best.scale += t * t / static_cast<double>(targets.size());
    best.scale = best.scale > 0 ? std::sqrt(best.scale) : 1.0;
    const Rng rng(options.seed);
    Trainer trainer(options, rng);
    best.tensors = trainer.tensors();
    (void)make_gru(complete(best), space);  // refuses other spaces
    const std::size_t fitted = archs.size() - watched;
    const auto all = sequences(space, archs.first(fitted), targets.first(fitted), best.scale);
    std::map<std::size_t, std::vector<const Sequence*>> by_length;
    for (const auto& s : all) by_length[s.block.size()].push_back(&s);
    Rng order = rng.fork(1);
    double least = std::numeric_limits<double>::infinity();
    const std::string key =
        states == nullptr ? "" : training_key(text_of(options, watched), space, archs, targets);
    std::uint64_t done = 0;
    if (const std::string kept = states == nullptr ? "" : states->find(key); !kept.empty()) {
        std::string_view rest = kept;
        take_bytes(rest, done);
        take_bytes(rest, least);
        for (auto& [name, tensor] : best.tensors.tensors)
            take_bytes(rest, std::span(tensor.values));
        trainer.restore(rest);
    }
    const auto keep = [&] {
        std::string state;
        append_bytes(state, done);
        append_bytes(state, least);
        for (const auto& [name, tensor] : best.tensors.tensors) {
            append_bytes(state, std::span<const float>(tensor.values));
        }
        states->keep(key, state + trainer.state());
    };
    for (std::size_t epoch = 0; epoch < options.epochs; ++epoch) {
        std::vector<std::span<const Sequence* const>> batches;
        for (auto& [length, group] : by_length) {
            shuffle(group, order);
            for (std::size_t i = 0; i < group.size(); i += options.batch) {
                batches.emplace_back(
                    std::span(group).subspan(i, std::min(options.batch, group.size() - i)));
            }
        }
        shuffle(batches, order);
        if (epoch < done) continue;  // the order repeats itself; what was learned was kept
        for (const auto& batch : batches) trainer.step(batch);
        const TrainedGru now{trainer.tensors(), best.scale};
        std::vector<double> predicted(watched);
        make_gru(complete(now), space)->predict(archs.subspan(fitted), predicted, 1);
        double error = 0;
        for (std::size_t i = 0; i < watched; ++i) {
            error += std::abs(predicted[i] * best.scale - targets[fitted + i]);
        }
        if (error < least) {
            least = error;
            best = now;
        }
        done = epoch + 1;
        if (states != nullptr && states->due()) keep();
        if (progress != nullptr) {
            progress->update("training, epochs", static_cast<double>(epoch + 1),
                             static_cast<double>(options.epochs));
            if (progress->stop_requested()) break;
        }
    }
    if (states != nullptr) keep();
    return best;
}

}  // namespace blockscope
