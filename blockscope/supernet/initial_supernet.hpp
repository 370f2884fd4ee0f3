#pragma once

#include "blockscope/base/random.hpp"
#include "blockscope/supernet/supernet.hpp"

namespace blockscope {

/// A supernet that was never trained: weights uniform with variance 2 / fan-in, which keeps the
/// size of maps (He et al., ICCV 2015), those of linear layers with 1 / (3 fan-in), kernel matrices
/// the identity, batch norms that do nothing. A tensor's numbers depend on the generator's seed and
/// its name only.
Supernet initial_supernet(const DesignSpace& space, const Rng& rng);

}  // namespace blockscope
