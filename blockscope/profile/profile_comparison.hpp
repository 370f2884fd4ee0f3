#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "blockscope/profile/profile.hpp"

namespace blockscope {

/// One number of both profiles.
struct ProfileDifference {
    enum class Of : std::uint8_t { mean, block, placement, depth };
    enum class Verdict : std::uint8_t { lower, undecided, higher };
    Of of = Of::mean;
    int unit = -1, layer = -1;  ///< from 0; -1: of none
    int depth = 0;              ///< of Of::depth
    std::string block;          ///< of blocks and placements
    Estimate first, second, difference;
    double p_value = 1;  ///< of no difference, family-wise over all numbers of its kind
    Verdict verdict = Verdict::undecided;  ///< of the second against the first
};

std::string_view to_string(ProfileDifference::Of of);
std::string_view to_string(ProfileDifference::Verdict verdict);

/// Two profiles of a space, number by number: the mean over all networks, block responses, deltas
/// of placements, effects of depths.
struct ProfileComparison {
    std::string first_metric, second_metric;
    int resolution = 0;  ///< 0: several, as a factor
    std::string unit;    ///< of all numbers: the metric's, or "% of the mean"
    double level = 0.95;
    std::vector<ProfileDifference> differences;  ///< by kind, then in the profiles' order
};

/// Profiles of one metric are compared in its unit; those of two metrics (devices) in per cent of
/// each one's mean, so that the mean itself is left out. Intervals and verdicts count the profiles
/// as independent, which is on the safe side where they share networks. Verdicts hold at `level`
/// for all numbers of a kind at once (Holm). Throws Error for profiles of different
/// protocols or resolutions.
ProfileComparison compare_profiles(const DesignSpace& space, const Profile& first,
                                   const Profile& second, double level);

/// Which profiles of two files belong together: those of the same metric and resolution, or the
/// only ones of both. Throws Error where there are none.
std::vector<std::pair<std::size_t, std::size_t>> matching_profiles(
    const std::vector<Profile>& first, const std::vector<Profile>& second);

}  // namespace blockscope
