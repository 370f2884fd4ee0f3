#pragma once

#include <cstddef>
#include <span>

#include "blockscope/stats/estimate.hpp"

namespace blockscope {

/// Probability that a mean difference is as far from 0 as seen, or farther, if each pair's
/// difference had either sign with equal chances. Exact for up to 20 pairs (all signs), beyond by
/// 100,000 random signs of a fixed seed. 1 for no pairs. With n pairs it is at least 2 / 2^n.
/// Source: Fisher, "The design of experiments" (1935), section 21.
double paired_permutation_p_value(std::span<const double> differences);

/// Half width of the band around an empirical distribution function of n values that holds the
/// whole true one with probability `level`: sqrt(ln(2 / (1 - level)) / 2n).
/// Source: Massart, "The tight constant in the Dvoretzky-Kiefer-Wolfowitz inequality", Annals of
/// Probability 18 (1990).
double distribution_band(std::size_t n, double level = 0.95);

}  // namespace blockscope
