#include "blockscope/profile/surrogate.hpp"

#include <numeric>

#include <Eigen/Cholesky>
#include <Eigen/Core>

namespace blockscope {

LayerTable fit_additive(const DesignSpace& space, std::span<const Architecture> archs,
                        std::span<const double> values, double lambda) {
    LayerTable table(space, LayerTable::Combine::sum);
    const int blocks = static_cast<int>(space.blocks.size());
    std::vector<int> layer_start;  // first feature of every slot; the stem's come first
    int features = table.stem_variants();
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        for (int l = 0; l < space.units[u].max_depth; ++l) {
            layer_start.push_back(features);
            features += table.width_states(static_cast<int>(u)) * blocks;
        }
    }
    const double mean =
        std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());

    // every row of the design has few ones, so the normal equations are summed entry by entry
    Eigen::MatrixXd gram = Eigen::MatrixXd::Identity(features, features) * lambda;
    Eigen::VectorXd right = Eigen::VectorXd::Zero(features);
    std::vector<int> active;
    for (std::size_t i = 0; i < archs.size(); ++i) {
        const Architecture& a = archs[i];
        active.assign(1, table.stem_variant(a));
        for (std::size_t u = 0; u < space.units.size(); ++u) {
            const int first = space.units[u].first_slot;
            for (int l = 0; l < a.depth[u]; ++l) {
                active.push_back(layer_start[first + l] + a.width[u] * blocks + a.block[first + l]);
            }
        }
        for (const int p : active) {
            right[p] += values[i] - mean;
            for (const int q : active) gram(p, q) += 1;
        }
    }
    const Eigen::VectorXd solution = gram.llt().solve(right);

    for (int v = 0; v < table.stem_variants(); ++v) table.stem(v) = mean + solution[v];
    for (int u = 0; u < table.unit_count(); ++u) {
        const Unit& unit = space.units[u];
        for (int l = 0; l < unit.max_depth; ++l) {
            for (int i = 0; i < (l == 0 ? table.incoming_states(u) : 1); ++i) {
                for (int w = 0; w < table.width_states(u); ++w) {
                    for (int b = 0; b < blocks; ++b) {
                        table.term(u, l, i, w, b) =
                            solution[layer_start[unit.first_slot + l] + w * blocks + b];
                    }
                }
            }
        }
    }
    return table;
}

}  // namespace blockscope
