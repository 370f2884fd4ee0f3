#pragma once

#include <memory>
#include <vector>

#include "blockscope/profile/pool.hpp"

namespace blockscope {

/// Quantiles of a metric under conditions, from a pool. The distribution function in a stratum is
///     F(t) = share of members with value <= t
///            + E[h_t(g) | stratum] - mean over members of h_t(g),   h_t(g) = Phi((t - g) / s)
/// for each member's out-of-fold surrogate g and the residuals' standard deviation s: what the
/// surrogate knows about being below t is replaced by its exact expectation. Unbiased for any g.
/// Intervals invert F plus and minus its standard error. Source of that: Woodruff, "Confidence
/// intervals for medians and other position measures", JASA (1952).
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
