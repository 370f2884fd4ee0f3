#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "blockscope/metric/metric.hpp"

namespace blockscope {

/// A metric one value of which several processes can make together, each from a part of what it
/// rests on (images). A metric that is one derives from this too.
class Divisible {
public:
    virtual ~Divisible() = default;

    /// Numbers of part `part` (from 0) of `parts`; those of all parts are added up. Empty if told
    /// to stop.
    virtual std::vector<double> evaluate_part(const Architecture& a, std::size_t part,
                                              std::size_t parts, Progress* progress) = 0;

    /// What the sums over all parts say, one architecture each; changes nothing.
    virtual MetricColumn joined(std::span<const std::vector<double>> sums) const = 0;
};

}  // namespace blockscope
