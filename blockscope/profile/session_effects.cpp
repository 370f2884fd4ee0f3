#include "blockscope/profile/session_effects.hpp"

#include <algorithm>

namespace blockscope {
namespace {

/// Members of one stratum in one session.
struct Part {
    double weight = 0, squared_weight = 0, residual = 0;
    double mean() const { return weight > 0 ? residual / weight : 0; }
};

/// Sums for a moment estimate of a variance between sessions: excess over expectation without
/// sessions, and what one unit of variance adds.
struct Moments {
    double excess = 0, unit = 0;
    double variance() const { return unit > 0 ? std::max(0.0, excess / unit) : 0; }
};

}  // namespace

SessionEffects session_effects(
    std::span<const std::uint16_t> sessions, std::span<const double> weights,
    std::span<const double> residuals,
    const std::function<std::span<const std::uint16_t>(std::size_t)>& strata_of,
    std::span<const double> variances) {
    SessionEffects effects;
    effects.concentration.assign(variances.size(), 1.0);
    if (sessions.empty()) return effects;
    const std::size_t count =
        static_cast<std::size_t>(*std::max_element(sessions.begin(), sessions.end())) + 1;
    if (count < 2) return effects;
    std::vector<Part> parts(variances.size() * count);
    for (std::size_t i = 0; i < sessions.size(); ++i) {
        for (const std::size_t s : strata_of(i)) {
            Part& part = parts[s * count + sessions[i]];
            part.weight += weights[i];
            part.squared_weight += weights[i] * weights[i];
            part.residual += weights[i] * residuals[i];
        }
    }
    Moments of_all;
    Moments of_strata;
    for (std::size_t s = 0; s < variances.size(); ++s) {
        const std::span<const Part> own(parts.data() + s * count, count);
        double weight = 0;
        double squares = 0;
        double mean = 0;  // of the stratum, and above that of its sessions from s = 1 on
        const auto at = [&](std::size_t g) {
            return own[g].mean() - (s == 0 ? 0 : parts[g].mean());
        };
        for (std::size_t g = 0; g < count; ++g) {
            weight += own[g].weight;
            squares += own[g].weight * own[g].weight;
            mean += own[g].weight * at(g);
        }
        if (!(weight > 0)) continue;
        mean /= weight;
        effects.concentration[s] = squares / (weight * weight);
        Moments& moments = s == 0 ? of_all : of_strata;
        for (std::size_t g = 0; g < count; ++g) {
            const Part& part = own[g];
            if (!(part.weight > 0)) continue;
            moments.excess += part.weight * (at(g) - mean) * (at(g) - mean);
            // variance of the part's mean, that it is part of its session's counted out
            double noise = variances[s] * part.squared_weight / (part.weight * part.weight);
            if (s > 0) noise *= std::max(0.0, 1 - part.weight / parts[g].weight);
            moments.excess -= part.weight * (1 - part.weight / weight) * noise;
        }
        moments.unit += weight - squares / weight;
    }
    effects.on_all = of_all.variance();
    effects.on_stratum = of_strata.variance();
    effects.degrees = static_cast<double>(count - 1);
    return effects;
}

}  // namespace blockscope
