#pragma once

#include <memory>
#include <vector>

#include "blockscope/profile/pool.hpp"

namespace blockscope {

/// Quantiles of a metric under conditions, from a pool: its distribution function
/// (pooled_distribution.hpp) inverted. Intervals invert it plus and minus its standard error.
/// Source of that: Woodruff, "Confidence intervals for medians and other position measures", JASA
/// (1952).
class PooledQuantiles {
public:
    /// pool: outlives this. probabilities: in (0, 1). least: members below which there is none.
    PooledQuantiles(const Pool& pool, std::vector<double> probabilities, std::size_t least,
                    double level);
    ~PooledQuantiles();

    /// Over everything, one for each probability.
    const std::vector<Estimate>& base() const;

    struct Result {
        std::vector<Estimate> quantiles;  ///< one for each probability; NaN: too few members
        std::vector<Estimate> deltas;     ///< minus base(); the error knows of common members
    };
    Result of(const Strata::Mixture& mixture) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace blockscope
