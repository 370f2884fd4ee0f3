#include "blockscope/profile/kernel_means.hpp"

#include <array>
#include <bit>

namespace blockscope {
namespace {

/// E[factor of one unit] for a landmark.
double unit_mean(const ProductKernel& kernel, const Architecture& landmark, int u, int first,
                 const UnitDistribution& unit) {
    const int depth = landmark.depth[u];
    const std::size_t layers = unit.block.size();
    double widths = 0;
    for (std::size_t w = 0; w < unit.width.size(); ++w) {
        const bool same = w == landmark.width[u];
        widths += unit.width[w] * (same ? 1.0 : kernel.factor(ProductKernel::choice_apart));
    }
    std::array<double, max_layers + 1>
        behind{};  // factor of the layers from l on if all are absent
    behind[layers] = 1;
    for (std::size_t l = layers; l-- > 0;) {
        behind[l] =
            behind[l + 1] *
            (static_cast<int>(l) < depth ? kernel.factor(ProductKernel::absent_apart) : 1.0);
    }
    double sum = 0;
    double before = 1;
    for (std::size_t l = 0; l < layers; ++l) {
        const int state = static_cast<int>(l) < depth ? landmark.block[first + static_cast<int>(l)]
                                                      : kernel.absent();
        double layer = 0;
        for (std::size_t b = 0; b < unit.block[l].size(); ++b) {
            if (unit.block[l][b] == 0) continue;
            layer += unit.block[l][b] * kernel.factor(kernel.apart(static_cast<int>(b), state));
        }
        before *= layer;
        sum += unit.depth[l + 1] * before * behind[l + 1];
    }
    return widths * sum;
}

}  // namespace

std::vector<double> kernel_means(const KernelCorrection& correction, const DesignSpace& space,
                                 const Strata& strata) {
    const ProductKernel& kernel = correction.kernel;
    const std::size_t folds = correction.weights.size();
    const auto body = uniform_body(space);
    std::vector<double> result(static_cast<std::size_t>(strata.size()) * folds, 0.0);
    for (std::size_t j = 0; j < correction.landmarks.size(); ++j) {
        const Architecture& a = correction.landmarks[j];
        double everything = 1;
        for (const auto& choice : space.stem_choices) {
            const double same = 1.0 / std::popcount(choice.allowed);
            everything *= same + (1 - same) * kernel.factor(ProductKernel::choice_apart);
        }
        std::vector<double> units;
        for (std::size_t u = 0; u < body.size(); ++u) {
            units.push_back(
                unit_mean(kernel, a, static_cast<int>(u), space.units[u].first_slot, body[u]));
            everything *= units.back();
        }
        for (int s = 0; s < strata.size(); ++s) {
            const int u = strata.unit_of(s);
            const double mean =
                u < 0 ? everything
                      : everything / units[static_cast<std::size_t>(u)] *
                            unit_mean(kernel, a, u, space.units[u].first_slot, strata.unit_in(s));
            for (std::size_t f = 0; f < folds; ++f) {
                result[static_cast<std::size_t>(s) * folds + f] += correction.weights[f][j] * mean;
            }
        }
    }
    return result;
}

}  // namespace blockscope
