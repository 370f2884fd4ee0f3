#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "blockscope/stats/noisy_correlation.hpp"
#include "blockscope/study/study.hpp"

namespace blockscope {

/// Whether a device ranks networks under sustained load as it did at first: means over the first
/// and over the last third of each network's visits.
struct SustainedLoad {
    std::size_t networks = 0;    ///< with six visits or more
    std::size_t visits = 0;      ///< of each, the median
    Estimate spearman, kendall;  ///< of the means as they are, noise included
    /// Of the latencies themselves, their means' errors taken out.
    RankCorrelation without_noise;
    /// Median over networks of the last third's time over the first's, as the clocks gave it, less
    /// 1: throttling. Drift divided out, it would be gone.
    double change = 0;
    /// Networks whose time changed by another factor than the median one's beyond noise (5 % false
    /// discoveries).
    std::size_t changed_alone = 0;
    /// "same" if Spearman without noise is 0.99 or more with the whole interval, "changed" if less
    /// with the whole interval, else "undecided".
    std::string verdict;
};

/// visits: of each network, in order of time. NaN for what fewer than 4 networks cannot tell.
SustainedLoad sustained_load(std::span<const std::vector<StoredVisit>> visits, bool by_cpu_time,
                             double level, std::uint64_t seed);

/// One line for people.
std::string to_string(const SustainedLoad& load);

}  // namespace blockscope
