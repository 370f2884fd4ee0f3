#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "blockscope/insight/block_axis.hpp"
#include "blockscope/insight/evidence.hpp"

namespace blockscope {
namespace {

double rank(const Purchase& p) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (std::isnan(p.rate.value)) return p.benefit.value > 0 ? infinity : -infinity;
    return p.rate.value;
}

}  // namespace

std::vector<Purchase> purchases_of(const DesignSpace& space, const OptionEffects& benefit,
                                   const OptionEffects& price) {
    std::vector<Purchase> purchases;
    const auto add = [&](Purchase p) {
        if (std::isnan(p.benefit.value) || std::isnan(p.price.value)) return;
        p.rate = quotient(p.benefit, p.price);
        purchases.push_back(std::move(p));
    };
    for (int u = 0; u < static_cast<int>(space.units.size()); ++u) {
        const auto depths = allowed(space.units[u].depths);
        for (std::size_t i = 1; i < depths.size(); ++i) {
            const int d = depths[i];
            const std::string layers = depths[i - 1] + 1 == d
                                           ? fmt::format("layer {}", d)
                                           : fmt::format("layers {} to {}", depths[i - 1] + 1, d);
            add({Purchase::What::depth,
                 u,
                 fmt::format("{} of unit {}", layers, u + 1),
                 benefit.depth_step(u, d),
                 price.depth_step(u, d),
                 {}});
        }
        const auto widths = allowed(space.units[u].widths);
        for (std::size_t i = 1; i < widths.size(); ++i) {
            const auto& ratios = space.units[u].width_ratios;
            add({Purchase::What::width,
                 u,
                 fmt::format("width {:g} to {:g} of unit {}", ratios[widths[i - 1]],
                             ratios[widths[i]], u + 1),
                 difference_of_independent(benefit.width(u, widths[i]),
                                           benefit.width(u, widths[i - 1])),
                 difference_of_independent(price.width(u, widths[i]),
                                           price.width(u, widths[i - 1])),
                 {}});
        }
    }
    for (const Axis axis : {Axis::kernel, Axis::expansion}) {
        const auto values = axis_values(space, axis);
        for (std::size_t i = 1; i < values.size(); ++i) {
            std::vector<Placement> from;
            std::vector<Placement> to;
            for (const auto& [a, b] : axis_pairs(space, axis, values[i - 1], values[i])) {
                from.push_back(a);
                to.push_back(b);
            }
            if (from.empty()) continue;
            const bool kernel = axis == Axis::kernel;
            add({kernel ? Purchase::What::kernel : Purchase::What::expansion,
                 -1,
                 fmt::format("{} {:g} to {:g}", kernel ? "kernel" : "expansion", values[i - 1],
                             values[i]),
                 difference_of_independent(benefit.mean(to), benefit.mean(from)),
                 difference_of_independent(price.mean(to), price.mean(from)),
                 {}});
        }
    }
    std::stable_sort(purchases.begin(), purchases.end(),
                     [](const Purchase& a, const Purchase& b) { return rank(a) > rank(b); });
    return purchases;
}

}  // namespace blockscope
