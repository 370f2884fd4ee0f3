#include "blockscope/model/chain_network.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <mutex>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/parallel.hpp"
#include "blockscope/model/chain_layers.hpp"
#include "blockscope/model/chain_nodes.hpp"
#include "blockscope/model/dense.hpp"
#include "blockscope/model/layers.hpp"
#include "blockscope/model/space_match.hpp"

namespace blockscope {
namespace {

constexpr std::size_t batch = 24;         // architectures whose nodes fit the second cache
constexpr std::size_t chunk = 4 * batch;  // work handed to a thread at a time
constexpr int least_resolution = 192;     // of the training data
constexpr int largest_resolution = 224;
constexpr int most_nodes = max_layers;
constexpr float leaky = 0.01F;

/// What depends on a pair of layers only, at one resolution: the state behind the first convolution
/// and the second convolution's two products with it, `root` with the bias in it.
struct PairStates {
    Lanes<float> state, rel, root;  ///< [pair][width]
};

class ChainNetwork : public Predictor {
public:
    ChainNetwork(const TensorFile& file, const DesignSpace& space, ChainFamily family)
        : nodes_(space), embedding_(file), family_(family == ChainFamily::ofa_mbv3 ? 1 : 0) {
        const auto& shape = file.at("encoder.gnn_layers.0.lin_rel.weight").shape;
        const std::int64_t width = shape.empty() ? 0 : shape[0];
        if (width < 16 || width % 16 != 0 || width > 4096) {
            throw Error(
                fmt::format(
                    "a chain graph network of width {}; multiples of 16 up to 4096 are read",
                    width),
                file.source);
        }
        width_ = static_cast<std::size_t>(width);
        for (const auto& block : space.blocks) {
            expand_.push_back(candidate_index(block, block.expand, {3, 4, 6}));
            kernel_.push_back(candidate_index(block, block.kernel, {3, 5, 7}));
        }
        first_ = convolution(file, 0, 6, width);
        const Convolution second = convolution(file, 1, width, width);
        second_rel_ = make_dense<float>(to_float(second.rel.values), {}, width_, 1);
        second_root_ =
            make_dense<float>(to_float(second.root.values), to_float(second.bias), width_, 1);
        for (int i = 2; file.has(fmt::format("encoder.gnn_layers.{}.lin_rel.weight", i)); ++i) {
            later_.push_back(both(convolution(file, i, width, width)));
        }
        post_.push_back(joined_dense(file, "post_proj.0", "post_proj.1", width, 0));
        post_.push_back(joined_dense(file, "post_proj.3", "post_proj.4", width, leaky));
        post_.push_back(make_dense<double>(matrix(file, "regressor.weight", 1, width).values,
                                           numbers(file, "regressor.bias", 1), width_, 1));
        if (file.has("mlp_moments")) {
            const auto moments = weights(file, "mlp_moments", {2});
            shift_ = moments[0];
            scale_ = moments[1];
        }
    }

    void predict(std::span<const Architecture> archs, std::span<double> out,
                 unsigned threads) const override {
        std::array<const PairStates*, largest_resolution - least_resolution + 1> states{};
        for (const auto& a : archs) {
            if (!refusal_of(a)) {
                auto& found = states[static_cast<std::size_t>(a.resolution - least_resolution)];
                if (found == nullptr) found = &pair_states(a.resolution);
            }
        }
        parallel_chunks(
            archs.size(), chunk, threads, [&](std::size_t first, std::size_t last, std::size_t) {
                Workspace work(batch, static_cast<std::size_t>(nodes_.longest()), width_);
                for (std::size_t i = first; i < last; i += batch) {
                    const std::size_t n = std::min(batch, last - i);
                    predict_batch(archs.subspan(i, n), out.subspan(i, n), states, work);
                }
            });
    }

    std::string refusal(const Architecture& a) const override {
        if (!refusal_of(a)) return "";
        return fmt::format("the model knows resolutions {} to {}, not {}", least_resolution,
                           largest_resolution, a.resolution);
    }

private:
    /// Rows of nodes, each architecture's behind a row of zeros, and rows of architectures.
    struct Workspace {
        Workspace(std::size_t archs, std::size_t longest, std::size_t width) {
            // one more row at the front, so that the first node has one before it
            const std::size_t rows = padded_rows(archs * (longest + 1)) + 1;
            one.resize(rows * width / 16);
            two.resize(rows * width / 16);
            pooled.resize(padded_rows(archs) * width / Lane<double>::size);
            projected.resize(pooled.size());
        }
        Lanes<float> one, two;
        Lanes<double> pooled, projected;
    };

    static bool refusal_of(const Architecture& a) {
        return a.resolution < least_resolution || a.resolution > largest_resolution;
    }

    /// rel and root side by side: the input is the row before and the row, which lie together.
    static Dense<float> both(const Convolution& c) {
        const std::size_t n = c.rel.columns;
        std::vector<float> values(2 * n * c.rel.rows);
        for (std::size_t o = 0; o < c.rel.rows; ++o) {
            for (std::size_t i = 0; i < n; ++i) {
                values[o * 2 * n + i] = static_cast<float>(c.rel(o, i));
                values[o * 2 * n + n + i] = static_cast<float>(c.root(o, i));
            }
        }
        return make_dense<float>(values, to_float(c.bias), 2 * n, leaky);
    }

    const PairStates& pair_states(int resolution) const {
        const std::scoped_lock lock(mutex_);
        auto& states = states_[resolution];
        if (states.state.empty()) states = make_pair_states(resolution);
        return states;
    }

    PairStates make_pair_states(int resolution) const {
        const auto& pairs = nodes_.pairs();
        const std::size_t lanes = width_ / 16;
        PairStates states;
        states.state.resize(padded_rows(pairs.size()) * lanes);
        states.rel.resize(states.state.size());
        states.root.resize(states.state.size());
        const auto input = [&](int node) {
            const auto block = static_cast<std::size_t>(nodes_.block(node));
            return embedding_.node(
                {nodes_.unit(node), nodes_.layer(node), family_, expand_[block], kernel_[block]},
                resolution);
        };
        for (std::size_t p = 0; p < pairs.size(); ++p) {
            const auto here = input(pairs[p].node);
            const auto before =
                pairs[p].before < 0 ? std::array<double, 6>{} : input(pairs[p].before);
            for (std::size_t o = 0; o < width_; ++o) {
                double z = first_.bias[o];
                for (std::size_t i = 0; i < 6; ++i) {
                    z += first_.rel(o, i) * before[i] + first_.root(o, i) * here[i];
                }
                states.state[p * lanes].value[o] = static_cast<float>(std::max(z, leaky * z));
            }
        }
        const Kernels& kernel = best_kernels();
        kernel.dense(second_rel_, pairs.size(), states.state[0].value, width_, nullptr, 0,
                     states.rel[0].value, width_);
        kernel.dense(second_root_, pairs.size(), states.state[0].value, width_, nullptr, 0,
                     states.root[0].value, width_);
        return states;
    }

    void predict_batch(std::span<const Architecture> archs, std::span<double> out,
                       std::span<const PairStates* const> states, Workspace& work) const {
        const Kernels& kernel = best_kernels();
        const std::size_t lanes = width_ / 16;
        std::array<std::size_t, batch + 1> first{};  // row of zeros of each architecture
        float* x = work.one[0].value;
        float* y = work.two[0].value;
        const Lanes<float> zeros(lanes);
        for (std::size_t i = 0; i < archs.size(); ++i) {
            std::array<int, most_nodes> pairs{};
            std::size_t row = first[i];
            std::fill_n(x + row * width_, width_, 0.0F);
            std::fill_n(y + row * width_, width_, 0.0F);
            const bool refused = refusal_of(archs[i]);
            out[i] = refused ? std::numeric_limits<double>::quiet_NaN() : 0.0;
            const int count = refused ? 0 : nodes_.chain(archs[i], pairs.data());
            const float* rel = zeros[0].value;
            for (int k = 0; k < count; ++k) {
                const auto& table =
                    *states[static_cast<std::size_t>(archs[i].resolution - least_resolution)];
                const std::size_t at =
                    static_cast<std::size_t>(pairs[static_cast<std::size_t>(k)]) * lanes;
                ++row;
                kernel.join(rel, table.root[at].value, table.state[at].value, leaky, width_,
                            x + row * width_);
                rel = table.rel[at].value;
            }
            first[i + 1] = row + 1;
        }
        const std::size_t rows = first[archs.size()];
        for (const auto& layer : later_) {
            kernel.dense(layer, rows - 1, x, width_, x + width_, width_, y + width_, width_);
            for (std::size_t i = 0; i < archs.size(); ++i) {
                std::fill_n(y + first[i] * width_, width_, 0.0F);
            }
            std::swap(x, y);
        }
        for (std::size_t i = 0; i < archs.size(); ++i) {
            std::array<const float*, most_nodes + 1> summands{};
            std::size_t count = 0;
            for (std::size_t r = first[i]; r < first[i + 1]; ++r)
                summands[count++] = x + r * width_;
            kernel.sum(summands.data(), count, 1, width_, y);
            std::copy_n(y, width_, work.pooled[0].value + i * width_);
        }
        double* in = work.pooled[0].value;
        double* result = work.projected[0].value;
        for (const auto& layer : post_) {
            kernel.dense64(layer, archs.size(), in, width_, nullptr, 0, result, width_);
            std::swap(in, result);
        }
        for (std::size_t i = 0; i < archs.size(); ++i) {
            out[i] += in[i * width_] * scale_ + shift_;
        }
    }

    ChainNodes nodes_;
    NodeEmbedding embedding_;
    int family_ = 0;
    std::size_t width_ = 0;
    std::vector<int> expand_, kernel_;  ///< feature of each block
    Convolution first_;
    Dense<float> second_rel_, second_root_;
    std::vector<Dense<float>> later_;
    std::vector<Dense<double>> post_;  ///< in double: they cancel a good part of what comes in
    double shift_ = 0;
    double scale_ = 1;
    mutable std::mutex mutex_;
    mutable std::map<int, PairStates> states_;  ///< by resolution, made when first asked for
};

}  // namespace

bool holds_chain_network(const TensorFile& file) {
    return file.has("encoder.gnn_layers.1.lin_rel.weight") && file.has("regressor.weight");
}

std::unique_ptr<Predictor> make_chain_network(const TensorFile& file, const DesignSpace& space,
                                              ChainFamily family) {
    const std::string made_for = family == ChainFamily::ofa_mbv3 ? "ofa-mbv3" : "proxylessnas";
    if (!has_body_of(space, made_for)) {
        throw Error(
            fmt::format("a chain graph network of space '{}', not of '{}'", made_for, space.name),
            file.source);
    }
    return std::make_unique<ChainNetwork>(file, space, family);
}

}  // namespace blockscope
