#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "blockscope/base/random.hpp"
#include "blockscope/model/adam.hpp"
#include "blockscope/model/feed_forward.hpp"
#include "blockscope/model/products.hpp"

namespace blockscope {
namespace {

constexpr std::size_t most_window = 8;

/// Errors are taken after this.
void put_on_grid(std::span<float> weights) {
    const double step = grid_step(weights);
    for (float& w : weights) w = on_grid(w, step);
}

/// Rows of the table as the network sees them.
struct Inputs {
    std::vector<std::uint16_t> numbers;    ///< features of all rows, one after another
    std::vector<std::size_t> first;        ///< of each row, and the end
    std::vector<std::uint8_t> resolution;  ///< of each row, into x
    std::vector<float> x;                  ///< of each resolution
    std::vector<float> target;             ///< divided by `scale`
    double scale = 1;
};

Inputs inputs_of(const LayerFeatures& features, std::span<const Architecture> archs,
                 std::span<const double> targets) {
    Inputs in;
    std::array<int, LayerFeatures::most> numbers{};
    in.first.push_back(0);
    double squares = 0;
    for (const double t : targets) squares += t * t;
    in.scale = squares > 0 ? std::sqrt(squares / static_cast<double>(targets.size())) : 1.0;
    for (std::size_t i = 0; i < archs.size(); ++i) {
        const int count = features.of(archs[i], numbers.data());
        for (int k = 1; k < count; ++k) {  // without the constant
            in.numbers.push_back(static_cast<std::uint16_t>(numbers[static_cast<std::size_t>(k)]));
        }
        in.first.push_back(in.numbers.size());
        const auto x = static_cast<float>((archs[i].resolution - 224) / 64.0);
        const auto known = std::find(in.x.begin(), in.x.end(), x) - in.x.begin();
        if (known == static_cast<std::ptrdiff_t>(in.x.size())) in.x.push_back(x);
        in.resolution.push_back(static_cast<std::uint8_t>(known));
        in.target.push_back(static_cast<float>(targets[i] / in.scale));
    }
    return in;
}

class Trainer {
public:
    Trainer(const Inputs& in, std::size_t features, const TrainingOptions& options)
        : in_(in),
          options_(options),
          width_(options.width),
          part_(padded<float>(width_)),
          features_(features),
          rows_(features, options.window * part_),
          rows_gradient_(features, options.window * part_),
          resolution_(2, width_),
          resolution_gradient_(2, width_),
          shift_(in.x.size(), width_),
          shift_gradient_(in.x.size(), width_),
          node_(options.batch * LayerFeatures::most, width_),
          zero_(1, width_) {
        widths_.push_back(width_);
        widths_.insert(widths_.end(), options.hidden.begin(), options.hidden.end());
        Rng rng(options.seed);
        const auto fill_row = [&](float* row, std::size_t columns, double most) {
            for (std::size_t c = 0; c < columns; ++c) {
                row[c] = static_cast<float>(most * (2 * rng.uniform() - 1));
            }
        };
        const auto fill = [&](Matrix& m, std::size_t rows, std::size_t columns, double most) {
            for (std::size_t r = 0; r < rows; ++r) fill_row(m.row(r), columns, most);
        };
        for (std::size_t f = 0; f < features; ++f) {
            for (std::size_t k = 0; k < options.window; ++k) {
                fill_row(rows_.row(f) + k * part_, width_,
                         std::sqrt(0.3 / static_cast<double>(options.window)));
            }
        }
        fill(resolution_, 2, width_, 0.1);
        std::vector<Adam::Array> arrays{
            {rows_.row(0), rows_gradient_.row(0), features * rows_.stride(), true},
            {resolution_.row(0), resolution_gradient_.row(0), 2 * resolution_.stride(), true}};
        for (std::size_t l = 0; l < widths_.size(); ++l) {
            const std::size_t outputs = l + 1 < widths_.size() ? widths_[l + 1] : 1;
            weight_.emplace_back(widths_[l], outputs);
            weight_gradient_.emplace_back(widths_[l], outputs);
            bias_.emplace_back(1, outputs);
            bias_gradient_.emplace_back(1, outputs);
            fill(weight_.back(), widths_[l], outputs,
                 std::sqrt((outputs == 1 ? 0.6 : 6.0) / static_cast<double>(widths_[l])));
            state_.emplace_back(options.batch, widths_[l]);
            error_.emplace_back(options.batch, widths_[l]);
        }
        state_.emplace_back(options.batch, 1);
        error_.emplace_back(options.batch, 1);
        for (std::size_t l = 0; l < widths_.size(); ++l) {
            arrays.push_back({weight_[l].row(0), weight_gradient_[l].row(0),
                              widths_[l] * weight_[l].stride(), true});
            arrays.push_back({bias_[l].row(0), bias_gradient_[l].row(0), bias_[l].stride(), false});
        }
        adam_.emplace_back(std::move(arrays), options.decay);
    }

    void step(std::span<const std::size_t> batch, double rate) {
        forward(batch);
        const std::size_t n = batch.size();
        for (std::size_t i = 0; i < n; ++i) {
            error_.back().row(i)[0] =
                2 * (state_.back().row(i)[0] - in_.target[batch[i]]) / static_cast<float>(n);
        }
        backward(batch);
        adam_.front().step(rate);
    }

    Adam& state() { return adam_.front(); }

    FeedForward network() const {
        FeedForward result;
        result.scale = in_.scale;
        result.width = width_;
        const std::size_t columns = options_.window * width_;
        std::vector<float> rows;
        for (std::size_t f = 1; f < features_; ++f) {
            for (std::size_t k = 0; k < options_.window; ++k) {
                const float* part = rows_.row(f) + k * part_;
                rows.insert(rows.end(), part, part + width_);
            }
        }
        put_on_grid(rows);
        result.rows.emplace_back(columns, 0.0F);  // of the constant
        for (std::size_t f = 1; f < features_; ++f) {
            const auto row = std::span(rows).subspan((f - 1) * columns, columns);
            result.rows.emplace_back(row.begin(), row.end());
        }
        for (std::size_t k = 0; k < 2; ++k) {
            result.by_resolution.insert(result.by_resolution.end(), resolution_.row(k),
                                        resolution_.row(k) + width_);
        }
        put_on_grid(result.by_resolution);
        for (std::size_t l = 0; l < widths_.size(); ++l) {
            const std::size_t outputs = l + 1 < widths_.size() ? widths_[l + 1] : 1;
            FeedForward::Layer layer;
            for (std::size_t o = 0; o < outputs; ++o) {
                for (std::size_t i = 0; i < widths_[l]; ++i) {
                    layer.weight.push_back(weight_[l].row(i)[o]);
                }
            }
            put_on_grid(layer.weight);
            layer.bias.assign(bias_[l].row(0), bias_[l].row(0) + outputs);
            put_on_grid(layer.bias);
            result.layers.push_back(std::move(layer));
        }
        return result;
    }

private:
    /// The rows that are summed for the node at `at` of `in_.numbers`, where a sequence begins at
    /// `first`; returns how many.
    std::size_t summed(std::size_t at, std::size_t first, Matrix& rows, float** summands) const {
        const std::size_t seen = std::min(options_.window, at - first + 1);
        for (std::size_t k = 0; k < seen; ++k) {
            summands[k] = rows.row(in_.numbers[at - k]) + k * part_;
        }
        return seen;
    }

    void forward(std::span<const std::size_t> batch) {
        const Kernels& kernel = best_kernels();
        for (std::size_t r = 0; r < in_.x.size(); ++r) {
            const float x = in_.x[r];
            for (std::size_t c = 0; c < width_; ++c) {
                shift_.row(r)[c] = x * resolution_.row(0)[c] + x * x * resolution_.row(1)[c];
            }
        }
        std::array<float*, most_window + 1> summands{};
        std::size_t node = 0;
        for (std::size_t i = 0; i < batch.size(); ++i) {
            const std::size_t r = batch[i];
            float* h = state_[0].row(i);
            std::fill_n(h, width_, 0.0F);
            for (std::size_t at = in_.first[r]; at < in_.first[r + 1]; ++at) {
                std::size_t count = summed(at, in_.first[r], rows_, summands.data());
                summands[count++] = shift_.row(in_.resolution[r]);
                float* z = node_.row(node++);
                kernel.sum(summands.data(), count, 0.0F, width_, z);
                kernel.join(z, zero_.row(0), h, 1.0F, width_, h);
            }
        }
        for (std::size_t l = 0; l < widths_.size(); ++l) {
            const bool last = l + 1 == widths_.size();
            const std::size_t outputs = last ? 1 : widths_[l + 1];
            products_.multiply(state_[l], weight_[l], batch.size(), widths_[l], outputs,
                               state_[l + 1]);
            for (std::size_t i = 0; i < batch.size(); ++i) {
                float* z = state_[l + 1].row(i);
                const float* bias = bias_[l].row(0);
                for (std::size_t c = 0; c < bias_[l].stride(); ++c) {
                    z[c] += bias[c];
                    if (!last) z[c] = std::max(z[c], 0.0F);
                }
            }
        }
    }

    void backward(std::span<const std::size_t> batch) {
        const std::size_t n = batch.size();
        for (std::size_t l = widths_.size(); l-- > 0;) {
            const std::size_t outputs = l + 1 < widths_.size() ? widths_[l + 1] : 1;
            products_.add_outer(state_[l], error_[l + 1], n, widths_[l], outputs,
                                weight_gradient_[l]);
            for (std::size_t i = 0; i < n; ++i) {
                for (std::size_t c = 0; c < outputs; ++c) {
                    bias_gradient_[l].row(0)[c] += error_[l + 1].row(i)[c];
                }
            }
            products_.multiply_transposed(error_[l + 1], weight_[l], n, outputs, widths_[l],
                                          error_[l]);
            for (std::size_t i = 0; l > 0 && i < n; ++i) {
                float* e = error_[l].row(i);
                const float* h = state_[l].row(i);
                for (std::size_t c = 0; c < error_[l].stride(); ++c) e[c] = h[c] > 0 ? e[c] : 0.0F;
            }
        }
        const Kernels& kernel = best_kernels();
        std::array<float*, most_window + 1> sums{};
        std::size_t node = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const std::size_t r = batch[i];
            for (std::size_t at = in_.first[r]; at < in_.first[r + 1]; ++at) {
                std::size_t count = summed(at, in_.first[r], rows_gradient_, sums.data());
                if (in_.x[in_.resolution[r]] != 0)
                    sums[count++] = shift_gradient_.row(in_.resolution[r]);
                const float* z = node_.row(node++);
                for (std::size_t k = 0; k < count; ++k) {
                    kernel.pass(z, error_[0].row(i), width_, sums[k]);
                }
            }
        }
        for (std::size_t r = 0; r < in_.x.size(); ++r) {
            const float x = in_.x[r];
            for (std::size_t c = 0; c < width_; ++c) {
                resolution_gradient_.row(0)[c] += x * shift_gradient_.row(r)[c];
                resolution_gradient_.row(1)[c] += x * x * shift_gradient_.row(r)[c];
            }
        }
        shift_gradient_.clear();
    }

    const Inputs& in_;
    const TrainingOptions& options_;
    std::size_t width_;
    std::size_t part_;                 ///< of a feature's row, for one place in the window: padded
    std::vector<std::size_t> widths_;  ///< of h and the layers behind
    std::size_t features_;
    Matrix rows_, rows_gradient_;  ///< by feature
    Matrix resolution_, resolution_gradient_;
    Matrix shift_, shift_gradient_;  ///< by resolution: what it adds to every node
    Matrix node_;                    ///< of a batch, one architecture after another
    Matrix zero_;
    std::vector<Matrix> weight_,
        weight_gradient_;  ///< by layer behind the first: [inputs, outputs]
    std::vector<Matrix> bias_, bias_gradient_;
    std::vector<Matrix> state_, error_;  ///< by layer: activations, and the loss's slope in them
    std::vector<Adam> adam_;             ///< one, made when the arrays are there
    Products products_;
};

/// All that matters, with the version of Trainer's state.
std::string text_of(const TrainingOptions& o) {
    return fmt::format("mlp 1: {} {} {} {} {} {} {} {}", o.width, o.window,
                       fmt::join(o.hidden, ","), o.steps, o.batch, o.rate, o.decay, o.seed);
}

}  // namespace

FeedForward train_feed_forward(const DesignSpace& space, std::span<const Architecture> archs,
                               std::span<const double> targets, const TrainingOptions& options,
                               Progress* progress, TrainingStates* states) {
    const LayerFeatures features(space);
    const Inputs in = inputs_of(features, archs, targets);
    Trainer trainer(in, static_cast<std::size_t>(features.size()), options);
    const std::string key =
        states == nullptr ? "" : training_key(text_of(options), space, archs, targets);
    std::uint64_t done = 0;
    if (const std::string kept = states == nullptr ? "" : states->find(key); !kept.empty()) {
        std::string_view rest = kept;
        take_bytes(rest, done);
        trainer.state().restore(rest);
    }
    const auto keep = [&] {
        std::string state;
        append_bytes(state, done);
        states->keep(key, state + trainer.state().state());
    };
    std::vector<std::size_t> order(archs.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    Rng rng = Rng(options.seed).fork(1);
    const std::size_t n = std::min(options.batch, archs.size());
    std::size_t next = order.size();
    for (std::size_t s = 0; s < options.steps; ++s) {
        if (next + n > order.size()) {
            shuffle(order, rng);
            next = 0;
        }
        next += n;
        if (s < done) continue;  // the order repeats itself; what was learned was kept
        const double progressed = static_cast<double>(s) / static_cast<double>(options.steps);
        const double warm = std::min(1.0, static_cast<double>(s + 1) / 200);
        trainer.step(std::span(order).subspan(next - n, n),
                     warm * options.rate * 0.5 * (1 + std::cos(std::numbers::pi * progressed)));
        done = s + 1;
        if (states != nullptr && states->due()) keep();
        if (progress != nullptr && s % 500 == 0) {
            progress->update("training", static_cast<double>(s),
                             static_cast<double>(options.steps));
            if (progress->stop_requested()) break;
        }
    }
    if (states != nullptr) keep();
    return trainer.network();
}

}  // namespace blockscope
