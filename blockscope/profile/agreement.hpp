#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "blockscope/profile/profile.hpp"

namespace blockscope {

/// How far two metrics (or one quantity on two devices) order things alike.
struct Agreement {
    enum class Over { architectures, placements };
    std::string metric_a, metric_b;
    int resolution = 0;
    Over over = Over::architectures;
    int unit = -1;      ///< from 0, whose placements are compared; -1: all
    std::size_t n = 0;  ///< pairs
    Estimate spearman, kendall;
    /// That the unit's correlation is the mean of those within the other units: p value, adjusted
    /// over the units of one pair of metrics. Placements count as independent, so it is a hint.
    double same_as_others = std::numeric_limits<double>::quiet_NaN();
};

/// A profile's metric on some architectures of a random sample; empty: none are known.
struct MetricValues {
    std::vector<Architecture> archs;
    std::vector<double> values;  ///< NaN where unknown
};

/// More of them than this add nothing to a correlation.
inline constexpr std::size_t most_architectures = 50000;

/// Every pair of profiles with one resolution: over the architectures that both know, over the
/// deltas of all placements and over those of each unit.
/// values: of each profile.
/// Over architectures the intervals are those of rank_correlation.hpp. Placements are a finite
/// family, so there a correlation is uncertain only as far as the deltas are:
/// noisy_correlation.hpp; exact profiles have exact correlations.
std::vector<Agreement> agreements(std::span<const Profile> profiles,
                                  std::span<const MetricValues> values, double level);

/// `metric_a,metric_b,resolution,over,unit,n,spearman,spearman_low,spearman_high,kendall,
/// kendall_low,kendall_high,same_as_others`; units count from 1, empty for all of them.
std::string correlations_csv(std::span<const Agreement> agreements);

}  // namespace blockscope
