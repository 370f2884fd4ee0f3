#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace blockscope {

/// What values of one measuring session share: where memory happened to lie, a neighbour, the
/// reference network's own luck. More values of the session do not average it; more sessions do.
/// A session's effect on a mean is modelled as one on all its values and one of its own on those of
/// a stratum, normal and independent. Their variances are moment estimates, never below 0, that of
/// the strata one for all of them. Source: DerSimonian and Laird, Controlled Clinical Trials 7
/// (1986).
struct SessionEffects {
    double on_all = 0;      ///< variance, in the metric's unit squared
    double on_stratum = 0;  ///< beside that
    double degrees = 1;     ///< of freedom: sessions less one
    /// [stratum] sum over sessions of its squared share of the members: 1 for one session, 1 / G
    /// for G equal ones. What the variances count in the stratum's mean.
    std::vector<double> concentration;
};

/// sessions, weights, residuals: of each member; what surrogates did not explain. strata_of: the
/// strata that a member lies in, 0 (everything) among them. variances: [stratum] of one residual.
/// Nothing is known of one session: no effects.
SessionEffects session_effects(
    std::span<const std::uint16_t> sessions, std::span<const double> weights,
    std::span<const double> residuals,
    const std::function<std::span<const std::uint16_t>(std::size_t)>& strata_of,
    std::span<const double> variances);

}  // namespace blockscope
