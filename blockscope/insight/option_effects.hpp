#pragma once

#include <span>
#include <vector>

#include "blockscope/insight/insight.hpp"

namespace blockscope {

/// An option of a choice. Effects are means under the option minus the mean of all architectures,
/// their bounds hold for all of a metric's at once; NaN where nothing is known.
struct Option {
    int index = 0;  ///< depth, width option or block
    Estimate benefit;
    Estimate price;
};

/// Something an architecture chooses.
struct Choice {
    Cut::What what = Cut::What::block;
    int unit = 0;
    int layer = 0;       ///< blocks only
    double present = 1;  ///< probability that a random architecture has to choose
    std::vector<Option> options;
};

/// Effects of a profile's options and of means over several of them.
class OptionEffects {
public:
    /// profile: null for a metric that is 0 whatever is chosen.
    OptionEffects(const DesignSpace& space, const Profile* profile);

    Estimate depth(int unit, int depth) const;
    /// Depth minus the next smaller one allowed.
    Estimate depth_step(int unit, int depth) const;
    Estimate width(int unit, int width) const;
    /// Mean over the unit's widths.
    Estimate block(int unit, int layer, int block) const;
    /// Mean over placements. Blocks of one location have no members in common, those of different
    /// locations as many as by chance.
    Estimate mean(std::span<const Placement> placements) const;

private:
    std::size_t position(const Placement& p) const;  ///< in index_
    const Estimate& cell(const Placement& p) const;

    const DesignSpace& space_;
    const Profile* profile_;
    std::vector<Placement> places_;
    int widths_ = 1;                  ///< most that a unit has
    std::vector<std::size_t> index_;  ///< into the profile's cells
    std::vector<std::vector<Estimate>> depths_, steps_;
};

/// Every choice of more than one option: depths, widths, then blocks, unit by unit.
std::vector<Choice> choices_of(const DesignSpace& space, const OptionEffects& benefit,
                               const OptionEffects& price);

Estimate mean_of(std::span<const Estimate> estimates);  ///< bounds averaged
/// Bounds are the extreme quotients; NaN if the denominator's interval holds 0.
Estimate quotient(const Estimate& numerator, const Estimate& denominator);

}  // namespace blockscope
