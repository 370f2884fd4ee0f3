#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "blockscope/metric/metric.hpp"
#include "blockscope/profile/pool.hpp"
#include "blockscope/profile/variance_shares.hpp"
#include "blockscope/space/placement.hpp"
#include "blockscope/stats/estimate.hpp"

namespace blockscope {

struct ProfileOptions {
    Protocol protocol = Protocol::definition;
    double level = 0.95;
    std::vector<double> percentiles{5, 95};  ///< in per cent
    unsigned threads = 1;                    ///< 0: all; changes no number
};

/// Effect of one placement. M is the metric, A a random architecture, A(u,l,b) one with the
/// placement held fixed.
struct Cell {
    Placement placement;
    Estimate mean;                            ///< E[M(A(u,l,b))]
    Estimate delta;                           ///< mean - E[M(A)]: Equation 2
    std::vector<Estimate> percentiles;        ///< Q_P(M(A(u,l,b))), one for each asked
    std::vector<Estimate> percentile_deltas;  ///< minus Q_P(M(A)): Equation 3
    std::size_t count = 0;                    ///< evaluated architectures that carry it; 0: exact
    Estimate simultaneous;                    ///< delta with bounds that hold for all cells at once
    bool distinguishable = false;  ///< the simultaneous bounds leave 0 out, and delta is above the
                                   ///< metric's own noise
    bool discovered = false;  ///< a rate of at most 1 - level of such cells is expected to be false
};

/// Equation 1: mean of the cells' means over all locations that can hold the block.
struct BlockResponse {
    std::string block;
    Estimate response;
    std::size_t count = 0;
    bool distinguishable = false;  ///< differs from the mean of all responses, simultaneously
};

struct DepthEffect {
    int unit = 0;
    int depth = 0;
    Estimate mean;    ///< E[M(A) | depth of the unit]
    Estimate effect;  ///< minus that of the next smaller depth; NaN for the smallest
    std::size_t count = 0;
};

struct Profile {
    MetricInfo metric;
    std::string estimator;           ///< "exact", "pooled", "fixed" or "table"
    int resolution = 0;              ///< 0: a factor, uniform over several
    std::vector<int> resolutions;    ///< the one, or all of them
    std::vector<std::string> notes;  ///< what a reader must know beside the numbers
    ProfileOptions options;
    std::size_t evaluations = 0;    ///< architectures evaluated; 0 for exact
    double simultaneous_level = 0;  ///< level of each interval that gives the family options.level
    /// Standard deviation of the metric's noise in one value, if known
    double noise = std::numeric_limits<double>::quiet_NaN();
    double percentile_error = 0;  ///< largest error of an exact percentile, in the metric's unit
    Estimate base;                ///< E[M(A)]
    std::vector<Estimate> base_percentiles;
    std::vector<Cell> cells;            ///< in the order of placements()
    std::vector<BlockResponse> blocks;  ///< in the order of block_names()
    /// Of the estimated block responses, row by row; pooled only
    std::vector<double> block_covariance;
    std::vector<DepthEffect> depths;
    std::vector<VarianceShare> shares;  ///< empty: not asked
};

/// Closed form, for a metric that is a sum over layers or the largest of its layers' values.
/// Percentiles of sums come from convolving the layers' distributions on a grid;
/// Profile::percentile_error bounds what the grid costs.
Profile exact_profile(const DesignSpace& space, const LayerTable& table, const MetricInfo& metric,
                      int resolution, const ProfileOptions& options);

/// The same with the resolution as a factor: uniform over several, one table for each.
Profile exact_profile(const DesignSpace& space, const std::vector<LayerTable>& tables,
                      const MetricInfo& metric, const std::vector<int>& resolutions,
                      const ProfileOptions& options);

/// From a sample of architectures. Every cell uses every member of the pool that carries it,
/// adjusted by cross-fitted surrogates (pool.hpp, pooled_quantiles.hpp). Intervals are Student's
/// with moderated variances; percentiles need 100 members. What no member carries is NaN.
/// resolutions: one, or several that the sample is uniform over.
/// Throws Error for fewer than 20 values.
Profile pooled_profile(const DesignSpace& space, const EvaluatedSample& sample,
                       const MetricInfo& metric, const std::vector<int>& resolutions,
                       const ProfileOptions& options);

/// Means and percentiles of a finite table's own rows, with no claim about the space: what the rows
/// that carry a placement have on average. Intervals hold the noise of the values, where it is
/// known, and nothing else. Throws Error for a table without values.
Profile table_profile(const DesignSpace& space, const EvaluatedSample& sample,
                      const MetricInfo& metric, const std::vector<int>& resolutions,
                      const ProfileOptions& options);

/// The published procedure's draws.
struct FixedSample {
    std::size_t n = 1000;  ///< architectures for the base, and again for each placement
    std::uint64_t seed = 1;
    unsigned threads = 1;  ///< for drawing; 0: all
};

/// A profile and the uniform sample that its base rests on.
struct FixedProfile {
    Profile profile;
    std::vector<Architecture> base_archs;
    std::vector<double> base_values;
};

/// The published procedure: fresh architectures for every placement, plain means, Welch intervals,
/// percentiles with order-statistic intervals. Kept as the reference: it needs hundreds of times
/// the evaluations of pooled_profile for the same error. What a count cannot carry (an interval
/// from one value) is NaN.
FixedProfile fixed_profile(const DesignSpace& space, Metric& metric,
                           const std::vector<int>& resolutions, const FixedSample& sample,
                           const ProfileOptions& options, Progress* progress = nullptr);

}  // namespace blockscope
