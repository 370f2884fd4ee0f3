#pragma once

#include <vector>

#include "blockscope/profile/expectation.hpp"
#include "blockscope/space/placement.hpp"

namespace blockscope {

/// The events that every conditional mean of a profile is made of. An architecture drawn uniformly
/// and then looked at inside one of them is exactly the architecture that the paper's definition
/// asks for, so one pool serves all placements at once; the published protocol mixes a few events
/// with fixed shares. Numbered from 0; stratum 0 is everything.
class Strata {
public:
    struct Part {
        int stratum = 0;
        double share = 0;
    };
    /// Disjoint strata with shares that sum to 1.
    using Mixture = std::vector<Part>;

    Strata(const DesignSpace& space, Protocol protocol);

    int size() const { return static_cast<int>(events_.size()); }

    /// Largest number of strata that one architecture can lie in.
    int most() const { return most_; }

    /// Numbers of the strata `a` lies in, everything first; `numbers` has room for most() of them.
    /// Returns how many. `a` is a point of the space.
    int of(const Architecture& a, int* numbers) const;

    Mixture everything() const { return {{0, 1.0}}; }
    Mixture depth(int unit, int depth) const { return {{depth_[unit][depth], 1.0}}; }
    Mixture placement(const Placement& p) const;

    /// The unit that a stratum fixes something of (-1: none) and how that unit is then distributed.
    int unit_of(int stratum) const { return events_[stratum].unit; }
    const UnitDistribution& unit_in(int stratum) const { return events_[stratum].inside; }

private:
    struct Event {
        int unit = -1;
        UnitDistribution inside;
    };
    int add(int unit, UnitDistribution inside);
    /// With the depth too where `depth` is not 0, and no block where `layer` is negative.
    UnitDistribution fixed(int unit, int width, int depth, int layer, int block) const;

    const DesignSpace& space_;
    Protocol protocol_;
    std::vector<Event> events_;
    int most_ = 1;
    int blocks_ = 0;
    std::vector<std::vector<int>> depth_;  ///< [unit][depth], -1: not allowed
    /// First of the numbers of [unit][width][depth]; that of layer l and block b lies
    /// l * blocks + b behind it in lookup_. Under `definition` all depths share one.
    std::vector<std::vector<std::vector<int>>> first_;
    std::vector<std::vector<std::vector<int>>> inert_;  ///< [unit][width][depth]; published only
    std::vector<int> lookup_;
};

}  // namespace blockscope
