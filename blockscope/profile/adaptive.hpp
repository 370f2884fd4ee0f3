#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "blockscope/profile/profile.hpp"

namespace blockscope {

/// What a profile has to settle before sampling may stop.
struct Goal {
    enum class Kind {
        width,   ///< every placement's delta known to a half-width
        ranking  ///< the order of all block responses (Equation 1)
    };
    Kind kind = Kind::width;
    double width = 0;          ///< half-width in the metric's unit, or a share of the mean metric
    bool relative = false;     ///< width is a share
    double confidence = 0.95;  ///< that all pairs called ordered are in that order
};

struct AdaptiveOptions {
    Goal goal;
    std::size_t first_round = 300;
    std::size_t most = 1000000;         ///< evaluations
    std::function<bool()> out_of_time;  ///< asked between rounds; may be empty
    std::uint64_t seed = 1;
};

struct AdaptiveResult {
    Profile profile;
    std::vector<Architecture> archs;  ///< in the order they were evaluated
    MetricColumn column;
    std::vector<double> weights;  ///< of each; see EvaluatedSample
    std::vector<bool> uniform;    ///< of each: one of the seed's DrawnSequence
    std::size_t rounds = 0;
    std::size_t resolved = 0;             ///< placements, or pairs of blocks
    std::vector<std::string> unresolved;  ///< "U1-L4-MBConv6-7", or "MBConv3-3 and MBConv3-5"
    std::string stopped;                  ///< why sampling ended, one phrase
};

/// Samples in rounds until the goal is reached or the budget spent. Half of each later round is
/// drawn uniformly, half with one placement held fixed, chosen by how much its interval still
/// lacks: rare placements (layer 4: 1 in 27) fill up. Every architecture then counts by the inverse
/// of the frequency that all rounds together gave its kind, at most twice, so estimates stay
/// unbiased. A ranking is looked at once a round; pairs once told apart stay so, and round k spends
/// 6 / (pi k)^2 of the allowed error, shared by the pairs.
/// Sources: Even-Dar, Mannor and Mansour, "Action elimination and stopping conditions", JMLR 7
/// (2006); Owen and Zhou, "Safe and effective importance sampling", JASA 95 (2000).
AdaptiveResult adaptive_profile(
    const DesignSpace& space,
    const std::function<MetricColumn(std::span<const Architecture>)>& evaluate,
    const MetricInfo& metric, const std::vector<int>& resolutions, const AdaptiveOptions& adaptive,
    const ProfileOptions& options);

}  // namespace blockscope
