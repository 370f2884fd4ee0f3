#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "blockscope/space/sampling.hpp"

namespace blockscope {

/// The start of the sequence that a seed gives: architectures 0, 1, ... of sample(space, n,
/// Rng(seed), resolution). Whatever takes random architectures takes a start of the same one, so
/// metrics know the same networks. Several resolutions take turns.
class DrawnSequence {
public:
    /// space: outlives this. threads: for drawing, 0: all.
    DrawnSequence(const DesignSpace& space, std::vector<int> resolutions, std::uint64_t seed,
                  unsigned threads = 1);

    /// The first n; a later call may move them.
    std::span<const Architecture> first(std::size_t n);

private:
    const DesignSpace& space_;
    std::vector<int> resolutions_;
    std::uint64_t seed_;
    unsigned threads_;
    std::vector<Architecture> drawn_;
};

}  // namespace blockscope
