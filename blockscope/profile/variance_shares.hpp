#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "blockscope/profile/pool.hpp"
#include "blockscope/space/layer_table.hpp"
#include "blockscope/stats/estimate.hpp"

namespace blockscope {

/// Share of a metric's variance over random architectures. Factors, in this order:
/// `resolution` where there are several (the other factors are then means over resolutions);
/// `stem choices`; for each unit `U3` (all of it), `U3 width`, `U3 depth`, and for each location
/// `U3 L2 block` (given that it is present) with its parts `U3 L2 expansion`, `U3 L2 kernel` and
/// `U3 L2 expansion x kernel`; then `additive` (the sum of all of them, each once), `interaction`
/// and `noise`, which sum to 1. What cannot vary is left out. See variance_factors.hpp.
struct VarianceShare {
    std::string factor;
    Estimate share;  ///< NaN if the metric does not vary
};

/// Closed form, for a sum over layers at each of some equally likely resolutions. Interaction and
/// noise are 0. Throws Error for other tables.
std::vector<VarianceShare> exact_variance_shares(const DesignSpace& space,
                                                 std::span<const LayerTable> tables);

struct VarianceOptions {
    double level = 0.95;
    /// Two evaluations of one architecture differ. Unless the sample repeats architectures or says
    /// how large the noise is, it then stays in a factor `interaction and noise`.
    bool noisy = false;
    std::size_t most_rows = 50000;  ///< only the first so many are used
};

/// From architectures drawn as Sampler does; their resolutions count the same. Additive models of
/// the values are cross-fitted; a share is the models' own, in closed form, plus what the held-out
/// residuals correct, which is unbiased whatever the models are worth: also negative estimates of
/// small shares are possible. Intervals are normal, those of shares below 0.1 % are rough. An
/// architecture that was drawn more than once on purpose counts as repeats of one value. Empty
/// where a resolution has fewer than 4 values. Throws Error for fewer than 20 values.
std::vector<VarianceShare> pooled_variance_shares(const DesignSpace& space,
                                                  const EvaluatedSample& sample,
                                                  const VarianceOptions& options = {});

/// For a largest of its layers' values, which is no sum but quick to ask: from 20,000 random
/// architectures. tables: one for each resolution.
std::vector<VarianceShare> sampled_variance_shares(const DesignSpace& space,
                                                   std::span<const LayerTable> tables,
                                                   std::span<const int> resolutions, double level);

}  // namespace blockscope
