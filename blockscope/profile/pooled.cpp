#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/profile/expectation.hpp"
#include "blockscope/profile/profile.hpp"
#include "blockscope/profile/surrogate.hpp"
#include "blockscope/stats/student.hpp"

namespace blockscope {
namespace {

constexpr std::size_t folds = 5;
constexpr std::size_t own_variance_from = 10;  // members a group needs for a variance of its own
constexpr std::size_t percentile_from = 100;   // members a cell needs for a percentile

/// The pool: finite values only, their surrogates and out-of-fold residuals.
struct Pool {
    const DesignSpace& space;
    std::vector<Architecture> archs;
    std::vector<double> values;
    std::vector<double> residuals;
    std::vector<LayerTable> models;  ///< one for each fold, fitted without it
    std::vector<double> stem;
    double residual_variance = 0;

    std::size_t size() const { return values.size(); }

    /// Exact mean of the surrogates under a distribution.
    double surrogate_mean(const BodyDistribution& body) const {
        double sum = 0;
        for (const auto& model : models) sum += expected_sum(model, stem, body);
        return sum / static_cast<double>(models.size());
    }
};

Pool make_pool(const DesignSpace& space, std::span<const Architecture> archs,
               std::span<const double> values) {
    Pool pool{space, {}, {}, {}, {}, {}, 0};
    for (std::size_t i = 0; i < archs.size(); ++i) {
        if (!std::isfinite(values[i])) continue;
        pool.archs.push_back(archs[i]);
        pool.values.push_back(values[i]);
    }
    if (pool.size() < 20) {
        throw Error(
            fmt::format("{} values are too few for a profile; 20 is the least and some "
                        "hundreds are useful",
                        pool.size()));
    }
    pool.residuals.resize(pool.size());
    for (std::size_t fold = 0; fold < folds; ++fold) {
        std::vector<Architecture> train;
        std::vector<double> train_values;
        for (std::size_t i = 0; i < pool.size(); ++i) {
            if (i % folds == fold) continue;
            train.push_back(pool.archs[i]);
            train_values.push_back(pool.values[i]);
        }
        pool.models.push_back(fit_additive(space, train, train_values));
        for (std::size_t i = fold; i < pool.size(); i += folds) {
            pool.residuals[i] = pool.values[i] - pool.models.back().value(pool.archs[i]);
        }
    }
    pool.stem = stem_weights(space, pool.models.front());
    const double mean = std::accumulate(pool.residuals.begin(), pool.residuals.end(), 0.0) /
                        static_cast<double>(pool.size());
    for (const double r : pool.residuals) pool.residual_variance += (r - mean) * (r - mean);
    pool.residual_variance /= static_cast<double>(pool.size() - 1);
    return pool;
}

/// A weighted mean over the pool: weight[i] of each member, summing to 1; 0 for the others.
struct Weights {
    std::vector<double> weight;
    std::size_t members = 0;
    bool complete = true;  ///< every part of the mixture has members
};

/// Members and weights of a conditional mean that mixes groups (each with its share).
Weights mix(
    const Pool& pool,
    const std::vector<std::pair<double, std::function<bool(const Architecture&)>>>& groups) {
    Weights result;
    result.weight.assign(pool.size(), 0.0);
    for (const auto& [share, belongs] : groups) {
        std::vector<std::size_t> members;
        for (std::size_t i = 0; i < pool.size(); ++i) {
            if (belongs(pool.archs[i])) members.push_back(i);
        }
        if (members.empty()) result.complete = false;
        for (const auto i : members) {
            result.weight[i] += share / static_cast<double>(members.size());
        }
        result.members += members.size();
    }
    return result;
}

Weights placement_weights(const Pool& pool, const Placement& p, Protocol protocol) {
    const int slot = pool.space.units[p.unit].first_slot + p.layer;
    const auto carries = [p, slot](const Architecture& a) {
        return a.depth[p.unit] > p.layer && a.width[p.unit] == p.width && a.block[slot] == p.block;
    };
    if (protocol == Protocol::definition) return mix(pool, {{1.0, carries}});
    std::vector<std::pair<double, std::function<bool(const Architecture&)>>> groups;
    const auto depths = depth_weights(pool.space, p.unit, p.layer, protocol);
    for (int d = 0; d < static_cast<int>(depths.size()); ++d) {
        if (depths[d] == 0) continue;
        groups.emplace_back(depths[d], [p, d, carries](const Architecture& a) {
            if (a.depth[p.unit] != d || a.width[p.unit] != p.width) return false;
            return d <= p.layer || carries(a);
        });
    }
    return mix(pool, groups);
}

/// Sum of coefficient[i] * residual[i] with its Student half-width. Members of the mean share one
/// variance and the rest of the pool another, so the covariance with the base term is in it.
Estimate residual_term(const Pool& pool, const Weights& w, const std::vector<double>& coefficient,
                       double level) {
    double sum = 0;
    double member_mean = 0;
    for (std::size_t i = 0; i < pool.size(); ++i) {
        sum += coefficient[i] * pool.residuals[i];
        if (w.weight[i] > 0) member_mean += w.weight[i] * pool.residuals[i];
    }
    double variance = pool.residual_variance;
    if (w.members >= own_variance_from) {
        variance = 0;
        std::size_t members = 0;
        for (std::size_t i = 0; i < pool.size(); ++i) {
            if (w.weight[i] == 0) continue;
            variance += (pool.residuals[i] - member_mean) * (pool.residuals[i] - member_mean);
            ++members;
        }
        variance /= static_cast<double>(members - 1);
    }
    double total = 0;
    for (std::size_t i = 0; i < pool.size(); ++i) {
        const double v = w.weight[i] > 0 ? variance : pool.residual_variance;
        total += coefficient[i] * coefficient[i] * v;
    }
    const double degrees = w.members >= own_variance_from ? static_cast<double>(w.members) - 1
                                                          : static_cast<double>(pool.size()) - 1;
    return plus_minus(sum, student_quantile(level, degrees) * std::sqrt(total));
}

Estimate shifted(const Estimate& e, double by) { return {e.value + by, e.low + by, e.high + by}; }

bool excludes(const Estimate& e, double value) { return e.low > value || e.high < value; }

/// Weighted quantile with an interval from the binomial spread of the proportion below it.
/// Source: Woodruff, "Confidence intervals for medians and other position measures", JASA (1952).
Estimate quantile(const std::vector<std::pair<double, double>>& sorted, double p, double level) {
    double squares = 0;
    for (const auto& [value, weight] : sorted) squares += weight * weight;
    const double spread = student_quantile(level, 1e6) * std::sqrt(p * (1 - p) * squares);
    const auto at = [&](double probability) {
        double below = 0;
        for (const auto& [value, weight] : sorted) {
            below += weight;
            if (below >= probability - 1e-12) return value;
        }
        return sorted.back().first;
    };
    return {at(p), at(std::max(0.0, p - spread)), at(std::min(1.0, p + spread))};
}

std::vector<std::pair<double, double>> sorted_members(const Pool& pool, const Weights& w) {
    std::vector<std::pair<double, double>> members;
    for (std::size_t i = 0; i < pool.size(); ++i) {
        if (w.weight[i] > 0) members.emplace_back(pool.values[i], w.weight[i]);
    }
    std::sort(members.begin(), members.end());
    return members;
}

Cell pooled_cell(const Pool& pool, const Profile& profile, const Placement& p,
                 BodyDistribution& body, double base_surrogate, std::size_t family) {
    const ProfileOptions& options = profile.options;
    const double level = options.level;
    Cell cell;
    cell.placement = p;
    cell.percentiles.resize(options.percentiles.size());
    cell.percentile_deltas.resize(options.percentiles.size());
    const Weights w = placement_weights(pool, p, options.protocol);
    cell.count = w.members;
    if (!w.complete) return cell;
    const UnitDistribution free = body[p.unit];
    body[p.unit] = fixed_unit(pool.space, p, options.protocol);
    const double surrogate = pool.surrogate_mean(body);
    body[p.unit] = free;
    cell.mean = shifted(residual_term(pool, w, w.weight, level), surrogate);
    auto difference = w.weight;
    for (double& c : difference) c -= 1.0 / static_cast<double>(pool.size());
    cell.delta = shifted(residual_term(pool, w, difference, level), surrogate - base_surrogate);
    // Bonferroni: simultaneous over the family whatever the dependence
    const double family_level = 1 - (1 - level) / static_cast<double>(family);
    cell.distinguishable = excludes(
        shifted(residual_term(pool, w, difference, family_level), surrogate - base_surrogate), 0);
    if (w.members < percentile_from) return cell;
    const auto members = sorted_members(pool, w);
    for (std::size_t i = 0; i < options.percentiles.size(); ++i) {
        const Estimate q = quantile(members, options.percentiles[i] / 100, level);
        const Estimate& b = profile.base_percentiles[i];
        const double low = std::hypot(q.value - q.low, b.high - b.value);
        const double high = std::hypot(q.high - q.value, b.value - b.low);
        cell.percentiles[i] = q;
        cell.percentile_deltas[i] = {q.value - b.value, q.value - b.value - low,
                                     q.value - b.value + high};
    }
    return cell;
}

void add_block_responses(const Pool& pool, Profile& profile) {
    const auto names = block_names(pool.space);
    std::vector<Weights> weights;
    double grand_mean = 0;
    for (const auto& name : names) {
        Weights w;
        w.weight.assign(pool.size(), 0.0);
        double surrogate = 0;
        int locations = 0;
        for (const Cell& cell : profile.cells) {
            if (block_name(pool.space, cell.placement) != name || std::isnan(cell.mean.value))
                continue;
            const Weights part = placement_weights(pool, cell.placement, profile.options.protocol);
            for (std::size_t i = 0; i < pool.size(); ++i) w.weight[i] += part.weight[i];
            double residual = 0;
            for (std::size_t i = 0; i < pool.size(); ++i)
                residual += part.weight[i] * pool.residuals[i];
            surrogate += cell.mean.value - residual;
            ++locations;
        }
        BlockResponse response{name, {}, 0, false};
        if (locations > 0) {
            for (double& c : w.weight) c /= locations;
            w.members = static_cast<std::size_t>(
                std::count_if(w.weight.begin(), w.weight.end(), [](double c) { return c > 0; }));
            response.count = w.members;
            response.response = shifted(residual_term(pool, w, w.weight, profile.options.level),
                                        surrogate / locations);
            grand_mean += response.response.value / static_cast<double>(names.size());
        }
        weights.push_back(std::move(w));
        profile.blocks.push_back(std::move(response));
    }
    const double level = 1 - (1 - profile.options.level) / static_cast<double>(names.size());
    for (std::size_t b = 0; b < names.size(); ++b) {
        auto difference = weights[b].weight;
        for (std::size_t i = 0; i < pool.size(); ++i) {
            for (const auto& w : weights) {
                difference[i] -= w.weight[i] / static_cast<double>(names.size());
            }
        }
        const Estimate noise = residual_term(pool, weights[b], difference, level);
        const double offset = profile.blocks[b].response.value - grand_mean;
        profile.blocks[b].distinguishable = excludes(shifted(noise, offset - noise.value), 0);
    }
}

void add_depth_effects(const Pool& pool, Profile& profile, BodyDistribution& body) {
    const double level = profile.options.level;
    for (int u = 0; u < static_cast<int>(pool.space.units.size()); ++u) {
        const UnitDistribution free = body[u];
        Weights previous;
        double previous_surrogate = 0;
        for (const int d : allowed(pool.space.units[u].depths)) {
            body[u].depth.assign(free.depth.size(), 0.0);
            body[u].depth[d] = 1;
            const double surrogate = pool.surrogate_mean(body);
            const Weights w =
                mix(pool, {{1.0, [u, d](const Architecture& a) { return a.depth[u] == d; }}});
            DepthEffect effect{u, d, {}, {}, w.members};
            if (w.complete) {
                effect.mean = shifted(residual_term(pool, w, w.weight, level), surrogate);
                if (previous.members > 0) {
                    auto difference = w.weight;
                    for (std::size_t i = 0; i < pool.size(); ++i)
                        difference[i] -= previous.weight[i];
                    effect.effect = shifted(residual_term(pool, w, difference, level),
                                            surrogate - previous_surrogate);
                }
            }
            profile.depths.push_back(effect);
            previous = w;
            previous_surrogate = surrogate;
        }
        body[u] = free;
    }
}

}  // namespace

Profile pooled_profile(const DesignSpace& space, std::span<const Architecture> archs,
                       std::span<const double> values, const MetricInfo& metric, int resolution,
                       const ProfileOptions& options) {
    const Pool pool = make_pool(space, archs, values);
    Profile profile;
    profile.metric = metric;
    profile.estimator = "pooled";
    profile.resolution = resolution;
    profile.options = options;
    profile.evaluations = pool.size();
    BodyDistribution body = uniform_body(space);
    const double surrogate = pool.surrogate_mean(body);
    const Weights all = mix(pool, {{1.0, [](const Architecture&) { return true; }}});
    profile.base = shifted(residual_term(pool, all, all.weight, options.level), surrogate);
    profile.base_percentiles.resize(options.percentiles.size());
    if (pool.size() >= percentile_from) {
        const auto members = sorted_members(pool, all);
        for (std::size_t i = 0; i < options.percentiles.size(); ++i) {
            profile.base_percentiles[i] =
                quantile(members, options.percentiles[i] / 100, options.level);
        }
    }
    const auto family = placements(space);
    for (const auto& p : family) {
        profile.cells.push_back(pooled_cell(pool, profile, p, body, surrogate, family.size()));
    }
    add_block_responses(pool, profile);
    add_depth_effects(pool, profile, body);
    return profile;
}

}  // namespace blockscope
