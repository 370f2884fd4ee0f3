#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "blockscope/base/random.hpp"
#include "blockscope/space/layer_table.hpp"

namespace blockscope {

struct SuggestOptions {
    int resolution = 0;            ///< of what is suggested
    std::size_t candidates = 128;  ///< random ones looked at for each suggestion
    int sweeps = 2;                ///< over all choices of the best candidate, to improve it
};

/// The next architectures to measure if an additive model is to be learned from them and from what
/// is measured already: each is the one, of those looked at, that the model knows least about. That
/// raises the determinant of its information most (D-optimal), fills rare cells and repeats
/// nothing. Best first; fewer than n if the space has no more. They are no uniform sample: a
/// profile that takes them for one is biased by whatever is not additive.
/// Costs about 0.3 ms each for OFA-MobileNetV3. Depends on nothing but its arguments.
/// Sources: Fedorov, "Theory of optimal experiments" (1972); Meyer and Nachtsheim, "The
/// coordinate-exchange algorithm", Technometrics 37 (1995); the prior: Chaloner and Verdinelli,
/// "Bayesian experimental design", Statistical Science 10 (1995).
std::vector<Architecture> suggest(const DesignSpace& space, std::span<const Architecture> measured,
                                  std::size_t n, Rng rng, const SuggestOptions& options);

/// log det(I + X P X'): what `archs` tell the model about its coefficients. X has a 0/1 column for
/// each stem variant and each (unit, layer, width, block); P, the coefficients' prior covariance in
/// units of the noise, is 25 between all blocks of one layer and width and 1 more for each alone.
double log_information(const DesignSpace& space, std::span<const Architecture> archs);

}  // namespace blockscope
