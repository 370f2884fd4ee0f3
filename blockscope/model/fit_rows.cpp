#include "blockscope/model/fit_rows.hpp"

#include <map>

namespace blockscope {

void FitRows::add(const Architecture& a, double value) {
    archs.push_back(a);
    values.push_back(value);
}

FitRows FitRows::part(std::size_t first, std::size_t n) const {
    const auto from = static_cast<std::ptrdiff_t>(first);
    const auto to = static_cast<std::ptrdiff_t>(first + n);
    return {{archs.begin() + from, archs.begin() + to},
            {values.begin() + from, values.begin() + to}};
}

HeldOut hold_out(std::span<const Architecture> archs, std::span<const double> values, double share,
                 Rng rng) {
    std::map<Architecture, std::vector<std::size_t>> bodies;
    for (std::size_t i = 0; i < archs.size(); ++i) {
        Architecture body = archs[i];
        body.resolution = 0;
        bodies[body].push_back(i);
    }
    std::vector<const std::vector<std::size_t>*> order;
    order.reserve(bodies.size());
    for (const auto& [body, rows] : bodies) order.push_back(&rows);
    shuffle(order, rng);
    HeldOut parts;
    const double wanted = share * static_cast<double>(archs.size());
    for (const auto* rows : order) {
        const bool out = static_cast<double>(parts.held_out.size()) + 0.5 < wanted;
        for (const std::size_t i : *rows) {
            (out ? parts.held_out : parts.fitted).add(archs[i], values[i]);
        }
    }
    return parts;
}

}  // namespace blockscope
