#pragma once

#include <vector>

#include "blockscope/insight/block_axis.hpp"
#include "blockscope/insight/option_effects.hpp"

namespace blockscope {

/// Differences of an axis that a device may not like: prices below this share of the mean are what
/// no stopwatch can tell.
inline constexpr double price_tie_share = 0.002;

/// A step up an axis (kernel 5 to 7) against the step before it (3 to 5): what the counts do not
/// explain of its price. All in the price's unit, means over all locations that allow both ends,
/// bounds simultaneous over all placements.
struct CountExcess {
    Axis axis = Axis::kernel;
    double first = 0, second = 0, third = 0;  ///< three neighbouring values
    Estimate step_before, step;               ///< what first to second and second to third cost
    /// step / step_before of MACs, parameters or bytes of results: of the one that grows most.
    double growth = 0;
    Estimate excess;          ///< step - growth * step_before
    bool unfriendly = false;  ///< step and excess surely above a tie

    /// Of one unit, counted from 0, alone.
    Estimate excess_in(const DesignSpace& space, const OptionEffects& price, int unit) const;
};

/// Of every axis with three values or more: kernels, then expansions.
/// price: a profile of `space`.
std::vector<CountExcess> count_excesses(const DesignSpace& space, const Profile& price);

/// Placements that hold the upper ends of the step.
std::vector<Placement> upper_ends(const DesignSpace& space, const CountExcess& step);
/// What `effects` (of any metric) say of the step.
Estimate step_effect(const DesignSpace& space, const CountExcess& step,
                     const OptionEffects& effects);

}  // namespace blockscope
