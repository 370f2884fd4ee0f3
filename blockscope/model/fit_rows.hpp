#pragma once

#include <span>
#include <vector>

#include "blockscope/base/random.hpp"
#include "blockscope/space/design_space.hpp"

namespace blockscope {

/// Architectures with a number each: what a model is fitted to, or judged by.
struct FitRows {
    std::vector<Architecture> archs;
    std::vector<double> values;

    std::size_t size() const { return archs.size(); }
    void add(const Architecture& a, double value);
    FitRows part(std::size_t first, std::size_t n) const;
};

struct HeldOut {
    FitRows fitted;
    FitRows held_out;
};

/// Bodies in random order, each with all its resolutions, until the share is held out.
HeldOut hold_out(std::span<const Architecture> archs, std::span<const double> values, double share,
                 Rng rng);

}  // namespace blockscope
