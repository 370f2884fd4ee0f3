#include <algorithm>
#include <cmath>

#include "blockscope/base/parallel.hpp"
#include "blockscope/profile/pooled_quantiles.hpp"
#include "blockscope/profile/profile.hpp"
#include "blockscope/stats/false_discovery.hpp"
#include "blockscope/stats/max_t.hpp"
#include "blockscope/stats/student.hpp"

namespace blockscope {
namespace {

constexpr std::size_t percentile_from = 100;  // members a cell needs for a percentile

/// A linear combination of the means of strata.
using Contrast = std::vector<Strata::Part>;

/// covariance: of the means of n strata. Returns that of the contrasts, row by row.
std::vector<double> covariance_of(const std::vector<Contrast>& contrasts,
                                  const std::vector<double>& covariance, std::size_t n) {
    const std::size_t m = contrasts.size();
    std::vector<double> result(m * m, 0.0);
    std::vector<double> row(n);
    for (std::size_t i = 0; i < m; ++i) {
        std::fill(row.begin(), row.end(), 0.0);
        for (const auto& [s, share] : contrasts[i]) {
            for (std::size_t k = 0; k < n; ++k) row[k] += share * covariance[s * n + k];
        }
        for (std::size_t j = 0; j < m; ++j) {
            for (const auto& [s, share] : contrasts[j]) result[i * m + j] += share * row[s];
        }
    }
    return result;
}

bool excludes_zero(const Pool::Statistic& s, double probability) {
    return std::abs(s.value) > student_quantile(1 - probability, s.degrees) * s.error;
}

/// By an independent error of that half-width.
void widen(std::vector<Estimate>& estimates, double half_width) {
    for (Estimate& e : estimates) {
        e.low = e.value - std::hypot(e.value - e.low, half_width);
        e.high = e.value + std::hypot(e.high - e.value, half_width);
    }
}

void add_cells(const Pool& pool, Profile& profile, const std::vector<double>& covariance) {
    const ProfileOptions& options = profile.options;
    const Strata& strata = pool.strata();
    std::vector<double> probabilities;
    probabilities.reserve(options.percentiles.size());
    for (const double p : options.percentiles) probabilities.push_back(p / 100);
    const PooledQuantiles quantiles(pool, probabilities, percentile_from, options.level);
    profile.base_percentiles = quantiles.base();
    const double t = student_quantile(options.level, pool.session_effects().degrees);
    const auto everything = strata.everything();
    widen(profile.base_percentiles, t * std::sqrt(pool.session_variance_of_mean(everything)));

    const auto family = placements(pool.space());
    std::vector<PooledQuantiles::Result> of_cells(family.size());
    parallel_chunks(family.size(), 1, options.threads,
                    [&](std::size_t c, std::size_t, std::size_t) {
                        of_cells[c] = quantiles.of(strata.placement(family[c]));
                    });
    std::vector<Pool::Statistic> deltas;
    std::vector<Contrast> contrasts;
    std::vector<double> p_values;
    for (std::size_t c = 0; c < family.size(); ++c) {
        const auto mixture = strata.placement(family[c]);
        Cell cell;
        cell.placement = family[c];
        cell.count = pool.count(mixture);
        cell.mean = pool.mean(mixture).interval(options.level);
        deltas.push_back(pool.delta(mixture));
        cell.delta = deltas.back().interval(options.level);
        p_values.push_back(deltas.back().p_value());
        cell.percentiles = std::move(of_cells[c].quantiles);
        cell.percentile_deltas = std::move(of_cells[c].deltas);
        widen(cell.percentiles, t * std::sqrt(pool.session_variance_of_mean(mixture)));
        widen(cell.percentile_deltas, t * std::sqrt(pool.session_variance_of_delta(mixture)));
        Contrast contrast = mixture;
        contrast.push_back({0, -1.0});
        contrasts.push_back(std::move(contrast));
        profile.cells.push_back(std::move(cell));
    }
    const double probability = simultaneous_probability(
        covariance_of(contrasts, covariance, static_cast<std::size_t>(strata.size())),
        options.level);
    profile.simultaneous_level = 1 - probability;
    const auto adjusted = adjusted_p_values(p_values);
    for (std::size_t c = 0; c < profile.cells.size(); ++c) {
        Cell& cell = profile.cells[c];
        if (std::isnan(deltas[c].value)) continue;
        cell.simultaneous = deltas[c].interval(1 - probability);
        const bool above_noise =
            std::isnan(profile.noise) || std::abs(deltas[c].value) > profile.noise;
        cell.distinguishable = above_noise && excludes_zero(deltas[c], probability);
        cell.discovered = above_noise && adjusted[c] <= 1 - options.level;
    }
}

/// Equation 1: every location that can hold the block counts the same, those without members not.
void add_blocks(const Pool& pool, Profile& profile, const std::vector<double>& covariance) {
    const Strata& strata = pool.strata();
    const auto n = static_cast<std::size_t>(strata.size());
    std::vector<Contrast> responses;
    std::vector<Contrast> differences;
    for (const auto& name : block_names(pool.space())) {
        BlockResponse block{name, {}, 0, false};
        Contrast contrast;
        double sum = 0;
        int locations = 0;
        for (const Cell& cell : profile.cells) {
            if (block_name(pool.space(), cell.placement) != name || std::isnan(cell.mean.value)) {
                continue;
            }
            for (const auto& part : strata.placement(cell.placement)) contrast.push_back(part);
            sum += cell.mean.value;
            block.count += cell.count;
            ++locations;
        }
        for (auto& part : contrast) part.share /= locations;
        if (locations > 0) block.response.value = sum / locations;
        responses.push_back(std::move(contrast));
        profile.blocks.push_back(std::move(block));
    }
    const auto known = [&](std::size_t b) { return !responses[b].empty(); };
    double centre = 0;
    double blocks = 0;
    for (std::size_t b = 0; b < responses.size(); ++b) {
        if (!known(b)) continue;
        centre += profile.blocks[b].response.value;
        ++blocks;
    }
    centre /= blocks;
    for (std::size_t b = 0; b < responses.size(); ++b) {
        Contrast difference = responses[b];
        for (std::size_t o = 0; o < responses.size() && known(b); ++o) {
            for (const auto& [s, share] : responses[o]) {
                difference.push_back({s, -share / blocks});
            }
        }
        differences.push_back(std::move(difference));
    }
    const auto own = covariance_of(responses, covariance, n);
    profile.block_covariance = own;
    const auto apart = covariance_of(differences, covariance, n);
    const double probability = simultaneous_probability(apart, profile.options.level);
    const double degrees = pool.mean(strata.everything()).degrees;
    for (std::size_t b = 0; b < responses.size(); ++b) {
        if (!known(b)) continue;
        BlockResponse& block = profile.blocks[b];
        const std::size_t at = b * responses.size() + b;
        const Pool::Statistic response{block.response.value, std::sqrt(std::max(0.0, own[at])),
                                       degrees};
        block.response = response.interval(profile.options.level);
        block.distinguishable = excludes_zero(
            {response.value - centre, std::sqrt(std::max(0.0, apart[at])), degrees}, probability);
    }
}

void add_depths(const Pool& pool, Profile& profile) {
    const double level = profile.options.level;
    for (int u = 0; u < static_cast<int>(pool.space().units.size()); ++u) {
        Strata::Mixture previous;
        for (const int d : allowed(pool.space().units[u].depths)) {
            const auto mixture = pool.strata().depth(u, d);
            DepthEffect effect{u, d, pool.mean(mixture).interval(level), {}, pool.count(mixture)};
            if (!previous.empty()) {
                effect.effect = pool.difference(mixture, previous).interval(level);
            }
            profile.depths.push_back(effect);
            previous = mixture;
        }
    }
}

}  // namespace

Profile pooled_profile(const DesignSpace& space, const EvaluatedSample& sample,
                       const MetricInfo& metric, const std::vector<int>& resolutions,
                       const ProfileOptions& options) {
    const Pool pool(space, sample, resolutions, options.protocol);
    Profile profile;
    profile.metric = metric;
    profile.estimator = "pooled";
    profile.resolution = resolutions.size() == 1 ? resolutions.front() : 0;
    profile.resolutions = resolutions;
    profile.options = options;
    profile.evaluations = pool.size();
    profile.noise = sample.noise;
    profile.base = pool.mean(pool.strata().everything()).interval(options.level);
    const auto covariance = pool.covariance();
    add_cells(pool, profile, covariance);
    add_blocks(pool, profile, covariance);
    add_depths(pool, profile);
    return profile;
}

}  // namespace blockscope
