#pragma once

#include <span>
#include <vector>

#include "blockscope/profile/strata.hpp"
#include "blockscope/space/drawn_sequence.hpp"

namespace blockscope {

/// Draws from a mixture of the uniform distribution and of distributions with one placement held
/// fixed, round by round with different shares, and knows what each architecture then weighs.
class TargetedSampling {
public:
    /// seed: of the sequence that uniform draws are the start of, whatever the rounds need.
    TargetedSampling(const DesignSpace& space, const std::vector<int>& resolutions,
                     std::uint64_t seed);

    /// needs: one for each of placements(), at least 0; all 0: a uniform round. Otherwise half of
    /// the round is uniform and half holds a placement fixed, chosen in proportion to its need.
    /// uniform: appended for each, whether it was a uniform draw.
    std::vector<Architecture> draw(std::size_t n, const std::vector<double>& needs, Rng rng,
                                   std::vector<bool>& uniform);

    /// Probability in the space over that in all rounds so far together; between 0 and 2.
    std::vector<double> weights(std::span<const Architecture> archs) const;

private:
    std::vector<Placement> placements_;
    Strata strata_;
    std::vector<Sampler> samplers_;
    DrawnSequence sequence_;
    std::size_t taken_ = 0;            ///< of the sequence
    std::vector<double> probability_;  ///< of each placement in the space
    double drawn_ = 0;
    double uniform_ = 0;         ///< of drawn_, in expectation
    std::vector<double> fixed_;  ///< by stratum: drawn with it held fixed over its probability
};

}  // namespace blockscope
