#pragma once

#include <functional>
#include <string>
#include <vector>

#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

#include "tests/stats/random_normal.hpp"

namespace blockscope {

/// A truth of our own making: of an architecture of ofa-mbv3 or its like.
using Planted = std::function<double(const DesignSpace&, const Architecture&)>;

/// Sums of what layers cost by expansion, kernel and place, like a latency: ms.
inline double planted_latency(const DesignSpace& space, const Architecture& a) {
    double sum = 2;
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        for (int l = 0; l < a.depth[u]; ++l) {
            const Block& b = space.blocks[a.block[space.units[u].first_slot + l]];
            sum += (l == 0 ? 1.3 : 1.0) * (0.05 + 0.04 * b.expand * (1 + 0.05 * b.kernel));
        }
    }
    return sum;
}

/// The same with returns that diminish, like an accuracy: per cent, a tenth of its variance no sum.
inline double planted_accuracy(const DesignSpace& space, const Architecture& a) {
    return 80 - 40 / planted_latency(space, a);
}

/// What the kernels of neighbours in a unit make together: nothing for a sum over layers.
inline double planted_pairs(const DesignSpace& space, const Architecture& a) {
    double sum = 0;
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        const int first = space.units[u].first_slot;
        for (int s = first; s + 1 < first + a.depth[u]; ++s) {
            const Block& one = space.blocks[a.block[s]];
            const Block& two = space.blocks[a.block[s + 1]];
            sum += (one.kernel - 5) * (two.kernel - 5) / 4.0;
        }
    }
    return sum;
}

struct PlantedSample {
    std::vector<Architecture> archs;
    std::vector<double> values;
};

/// With normal noise.
inline PlantedSample planted_sample(const DesignSpace& space, const Planted& planted, std::size_t n,
                                    std::uint64_t seed, double noise = 0, int resolution = 224) {
    PlantedSample s{sample(space, n, Rng(seed), resolution), {}};
    Rng rng = Rng(seed).fork(1);
    for (const auto& a : s.archs)
        s.values.push_back(planted(space, a) + noise * random_normal(rng));
    return s;
}

}  // namespace blockscope
