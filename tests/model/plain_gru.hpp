#pragma once

#include <cmath>
#include <vector>

#include "blockscope/space/design_space.hpp"
#include "blockscope/weights/tensor.hpp"

namespace blockscope {

/// The paper's latency predictor as its text tells it, in double precision, both halves step by
/// step.
class PlainGru {
public:
    using Numbers = std::vector<double>;

    PlainGru(const TensorFile& file, const DesignSpace& space) : file_(file), space_(space) {}

    double predict(const Architecture& a) const {
        std::vector<Numbers> nodes;
        double widest = 0;
        for (const auto& unit : space_.units) widest = std::max<double>(widest, unit.channels[0]);
        int side = a.resolution / 2;
        int channels = 24;  // behind the fixed block, in both spaces
        for (std::size_t u = 0; u < space_.units.size(); ++u) {
            for (int l = 0; l < a.depth[u]; ++l) {
                const int block = a.block[space_.units[u].first_slot + l];
                const int out = l == 0 ? side / space_.units[u].stride : side;
                const auto& table = file_.at("embed_layer.op_embed_layer.weight");
                Numbers x(table.values.begin() + block * table.shape[1],
                          table.values.begin() + (block + 1) * table.shape[1]);
                for (const double y :
                     linear("embed_layer.shape_embed_layer.weight",
                            "embed_layer.shape_embed_layer.bias",
                            {side / 112.0, out / 112.0, side / 112.0, out / 112.0,
                             channels / widest, space_.units[u].channels[0] / widest})) {
                    x.push_back(y);
                }
                nodes.push_back(x);
                side = out;
                channels = space_.units[u].channels[0];
            }
        }
        Numbers state(file_.at("encoder.rnn.weight_hh_l0").shape[1], 0.0);
        Numbers backward = state;
        for (const auto& x : nodes) state = step("", x, state);
        // the backward half's output at the last node is its first
        backward = step("_reverse", nodes.back(), backward);
        state.insert(state.end(), backward.begin(), backward.end());
        return linear("regressor.weight", "regressor.bias", state)[0];
    }

private:
    static double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

    Numbers linear(const std::string& weight, const std::string& bias, const Numbers& x) const {
        Numbers y;
        for (const float b : file_.at(bias).values) {
            double z = b;
            for (std::size_t i = 0; i < x.size(); ++i) {
                z += file_.at(weight).values[y.size() * x.size() + i] * x[i];
            }
            y.push_back(z);
        }
        return y;
    }

    Numbers step(const std::string& half, const Numbers& x, const Numbers& h) const {
        const std::string rnn = "encoder.rnn.";
        const auto in = linear(rnn + "weight_ih_l0" + half, rnn + "bias_ih_l0" + half, x);
        const auto own = linear(rnn + "weight_hh_l0" + half, rnn + "bias_hh_l0" + half, h);
        const std::size_t n = h.size();
        Numbers next(n);
        for (std::size_t i = 0; i < n; ++i) {
            const double reset = sigmoid(in[i] + own[i]);
            const double update = sigmoid(in[n + i] + own[n + i]);
            const double fresh = std::tanh(in[2 * n + i] + reset * own[2 * n + i]);
            next[i] = (1 - update) * fresh + update * h[i];
        }
        return next;
    }

    const TensorFile& file_;
    const DesignSpace& space_;
};

}  // namespace blockscope
