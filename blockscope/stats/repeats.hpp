#pragma once

#include <cstddef>
#include <span>

#include "blockscope/stats/estimate.hpp"

namespace blockscope {

/// Variance of a metric's own noise, from things that were evaluated more than once.
struct NoiseVariance {
    Estimate variance;   ///< square of the values' unit; NaN without repeats
    double degrees = 0;  ///< of freedom: repeats beyond the first of each thing
};

/// Pooled over all things: squared distances from each thing's mean over the degrees of freedom;
/// interval from chi-square (noise that is normal and equally large for all things).
/// thing[i]: which thing values[i] belongs to, numbers from 0. values: finite.
/// Source: Snedecor and Cochran, "Statistical Methods" (1989), section 5.11.
NoiseVariance noise_variance(std::span<const std::size_t> thing, std::span<const double> values,
                             double level = 0.95);

}  // namespace blockscope
