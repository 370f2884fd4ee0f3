#pragma once

#include "blockscope/base/random.hpp"
#include "blockscope/stats/distributions.hpp"

namespace blockscope {

inline double random_normal(Rng& rng) {
    return normal_quantile(std::min(rng.uniform() + 0x1.0p-54, 1 - 0x1.0p-53));
}

}  // namespace blockscope
