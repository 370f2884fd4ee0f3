#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "blockscope/metric/metric.hpp"
#include "blockscope/space/placement.hpp"
#include "blockscope/stats/estimate.hpp"

namespace blockscope {

struct ProfileOptions {
    Protocol protocol = Protocol::definition;
    double level = 0.95;
    std::vector<double> percentiles{5, 95};  ///< in per cent
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
    bool distinguishable = false;  ///< delta differs from 0, simultaneously over all cells
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
    std::string estimator;  ///< "exact" or "pooled"
    int resolution = 0;
    ProfileOptions options;
    std::size_t evaluations = 0;  ///< architectures evaluated; 0 for exact
    double percentile_error = 0;  ///< largest error of an exact percentile, in the metric's unit
    Estimate base;                ///< E[M(A)]
    std::vector<Estimate> base_percentiles;
    std::vector<Cell> cells;            ///< in the order of placements()
    std::vector<BlockResponse> blocks;  ///< in the order of block_names()
    std::vector<DepthEffect> depths;
};

/// Closed form, for a metric that is a sum over layers or the largest of its layers' values.
/// Percentiles of sums come from convolving the layers' distributions on a grid;
/// Profile::percentile_error bounds what the grid costs.
Profile exact_profile(const DesignSpace& space, const LayerTable& table, const MetricInfo& metric,
                      int resolution, const ProfileOptions& options);

/// From architectures drawn as Sampler does and their values (NaN: failed, left out). Every cell
/// uses every member of the pool that carries it. An additive model of the values is fitted by
/// cross-fitted ridge and its exact mean corrected by the mean residual of the cell's members,
/// which is unbiased whatever the model is worth; intervals are Student's, from the residuals.
/// Source: Chernozhukov et al., "Double/debiased machine learning" (2018).
/// Throws Error for fewer than 20 values.
Profile pooled_profile(const DesignSpace& space, std::span<const Architecture> archs,
                       std::span<const double> values, const MetricInfo& metric, int resolution,
                       const ProfileOptions& options);

}  // namespace blockscope
