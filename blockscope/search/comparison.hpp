#pragma once

#include <cstddef>
#include <vector>

#include "blockscope/search/search_record.hpp"
#include "blockscope/stats/estimate.hpp"

namespace blockscope {

/// Two numbers of every seed, and how far the second lies above the first.
struct PairedNumbers {
    std::vector<double> first, second;             ///< of each seed, in one unit
    Estimate first_mean, second_mean, difference;  ///< second - first; Student intervals over seeds
    double p_value = 1;  ///< that both are the same: paired permutation test, two-sided
};

/// first, second: of one length, at least 1.
PairedNumbers paired(std::vector<double> first, std::vector<double> second, double level = 0.95);

/// A third of the second objective's range.
struct RegionGain {
    double from = 0, to = 0;  ///< the second objective, in its unit; `from` is the better end
    PairedNumbers best;       ///< mean over the region of the best first objective attained there
};

/// The second of two searches against the first, seed by seed.
struct SearchComparison {
    double level = 0.95;
    std::vector<std::uint64_t> seeds;  ///< that both have
    std::vector<double> reference;     ///< a value of each objective, in its unit
    PairedNumbers volume;              ///< hypervolumes, in the product of the units
    PairedNumbers best;                ///< best values of the first objective, in its unit
    std::vector<RegionGain> regions;   ///< three, of two objectives; else none
    /// Of each seed: different networks that one search had asked for when its hypervolume was that
    /// of the other's whole run; NaN: never.
    std::vector<double> second_reaches_first, first_reaches_second;
};

/// reference: empty for the worst value of each objective on any front of both. Throws Error for
/// searches that want different things (metric, unit, direction), have resolutions of which
/// neither's are among the other's, share no seed, or found nothing in a seed that they share.
SearchComparison compare(const SearchRecord& first, const SearchRecord& second,
                         std::vector<double> reference = {}, double level = 0.95);

}  // namespace blockscope
