#pragma once

#include <cstddef>

#include "blockscope/base/random.hpp"
#include "blockscope/search/costs.hpp"

namespace blockscope {

/// Whole numbers 0 .. side - 1: sums of products of them are exact, and many are equal.
inline Costs grid_points(std::size_t n, std::size_t dimensions, int side, Rng& rng) {
    Costs costs{dimensions, {}};
    for (std::size_t i = 0; i < n * dimensions; ++i) {
        costs.values.push_back(rng.below(static_cast<std::uint32_t>(side)));
    }
    return costs;
}

inline Costs uniform_points(std::size_t n, std::size_t dimensions, Rng& rng) {
    Costs costs{dimensions, {}};
    for (std::size_t i = 0; i < n * dimensions; ++i) costs.values.push_back(rng.uniform());
    return costs;
}

}  // namespace blockscope
