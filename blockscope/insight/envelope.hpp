#pragma once

#include <span>

#include "blockscope/insight/option_effects.hpp"

namespace blockscope {

/// How far option i lies below the benefit that mixtures of the other options reach at its price
/// or less (one other: at its price plus `tie`): the upper concave envelope of the others.
/// Negative: it stands out above them. -infinity if all others are dearer, or i is not known;
/// others not known are left out. Bounds: half-widths of the options that take part, added in
/// squares (options of one choice have no networks in common); errors of prices count at the slope
/// of the envelope. Where one other option is better at no higher price, they count at
/// `going_rate`, and only as far as they exceed what it is cheaper: `low` is what option i lacks
/// even if all that it may save is worth that rate; -infinity if no rate is known.
/// out: options that are gone already, by position; may be empty.
Estimate gap(std::span<const Option> options, std::span<const char> out, std::size_t i, double tie,
             double going_rate);

}  // namespace blockscope
