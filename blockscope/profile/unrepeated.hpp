#pragma once

#include <cstdint>
#include <vector>

#include "blockscope/profile/pool.hpp"
#include "blockscope/stats/repeats.hpp"

namespace blockscope {

/// A sample's finite values, one for each drawn architecture: one that was evaluated more than once
/// on purpose has its mean. The noise is what the repeats tell.
struct UnrepeatedSample {
    std::vector<Architecture> archs;
    std::vector<double> values;
    std::vector<double> weights;   ///< of mean 1 at each resolution
    std::vector<int> resolutions;  ///< those that occur, ascending
    std::vector<std::uint8_t> at;  ///< index of each architecture's resolution
    double inverse_repeats = 1;    ///< mean of 1 / evaluations of an architecture
    NoiseVariance noise;           ///< unknown without repeats
};

/// From the first `most_rows` values. A uniform sample of a small space repeats architectures by
/// chance; those stay apart, as the draws they are.
/// Throws Error for fewer than 20 values.
UnrepeatedSample unrepeated(const DesignSpace& space, const EvaluatedSample& sample,
                            std::size_t most_rows, double level);

}  // namespace blockscope
