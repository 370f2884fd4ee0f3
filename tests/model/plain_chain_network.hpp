#pragma once

#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "blockscope/space/design_space.hpp"
#include "blockscope/weights/tensor.hpp"

namespace blockscope {

/// The chain graph network as its card tells it, in double precision and as plainly as can be: what
/// the fast one is compared with. All vectors are rows of numbers.
class PlainChainNetwork {
public:
    using Numbers = std::vector<double>;

    PlainChainNetwork(const TensorFile& file, const DesignSpace& space, int family)
        : file_(file), space_(space), family_(family) {}

    double predict(const Architecture& a) const {
        std::vector<Numbers> nodes;
        for (std::size_t u = 0; u < space_.units.size(); ++u) {
            for (int l = 0; l < a.depth[u]; ++l) {
                const Block& block = space_.blocks[a.block[space_.units[u].first_slot + l]];
                nodes.push_back(
                    {std::abs(scalar("stage", static_cast<int>(u))), std::abs(scalar("block", l)),
                     std::abs(scalar("mbconv", family_)),
                     std::abs(
                         scalar("exp", block.expand == 6 ? 2 : static_cast<int>(block.expand) - 3)),
                     std::abs(scalar("kernel", (block.kernel - 3) / 2)),
                     std::abs(linear(
                         "embed_layer.res_mlp.1",
                         linear("embed_layer.res_mlp.0", {(a.resolution - 192) / 32.0}))[0])});
            }
        }
        for (int i = 0; file_.has(fmt::format("encoder.gnn_layers.{}.lin_rel.weight", i)); ++i) {
            const auto layer = fmt::format("encoder.gnn_layers.{}.", i);
            const auto norm = fmt::format("encoder.bns.{}.module.", i);
            std::vector<Numbers> next;
            for (std::size_t v = 0; v < nodes.size(); ++v) {
                Numbers z = linear(layer + "lin_root", nodes[v]);
                const Numbers before = v > 0 ? nodes[v - 1] : Numbers(nodes[v].size(), 0.0);
                const Numbers rel = linear(layer + "lin_rel", before);
                for (std::size_t o = 0; o < z.size(); ++o) {
                    z[o] += rel[o];
                    z[o] = (z[o] - at(norm + "running_mean", o)) /
                               std::sqrt(at(norm + "running_var", o) + 1e-5) *
                               at(norm + "weight", o) +
                           at(norm + "bias", o);
                    z[o] = leaky(z[o]);
                    if (i > 0) z[o] += nodes[v][o];
                }
                next.push_back(z);
            }
            nodes = next;
        }
        Numbers h(nodes[0].size(), 0.0);
        for (const auto& node : nodes) {
            for (std::size_t o = 0; o < h.size(); ++o) h[o] += node[o];
        }
        h = linear("post_proj.1", linear("post_proj.0", h));
        for (double& x : h) x = std::max(x, 0.0);
        h = linear("post_proj.4", linear("post_proj.3", h));
        for (double& x : h) x = leaky(x);
        return linear("regressor", h)[0] * at("mlp_moments", 1) + at("mlp_moments", 0);
    }

private:
    static double leaky(double z) { return z > 0 ? z : 0.01 * z; }

    double at(const std::string& name, std::size_t i) const { return file_.at(name).values[i]; }

    /// A row of an embedding table behind its linear layer.
    double scalar(const std::string& name, int index) const {
        const auto& table = file_.at("embed_layer." + name + "_embed.weight");
        const auto first = table.values.begin() + index * table.shape[1];
        return linear("embed_layer." + name + "_mlp", {first, first + table.shape[1]})[0];
    }

    /// y = W x + b; without a bias where the file has none.
    Numbers linear(const std::string& name, const Numbers& x) const {
        const auto& weight = file_.at(name + ".weight");
        Numbers y(weight.shape[0], 0.0);
        for (std::size_t o = 0; o < y.size(); ++o) {
            if (file_.has(name + ".bias")) y[o] = at(name + ".bias", o);
            for (std::size_t i = 0; i < x.size(); ++i)
                y[o] += weight.values[o * x.size() + i] * x[i];
        }
        return y;
    }

    const TensorFile& file_;
    const DesignSpace& space_;
    int family_;
};

}  // namespace blockscope
