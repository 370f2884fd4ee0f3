#include "blockscope/profile/agreement.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include <fmt/format.h>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/random.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/stats/distributions.hpp"
#include "blockscope/stats/false_discovery.hpp"
#include "blockscope/stats/noisy_correlation.hpp"
#include "blockscope/stats/rank_correlation.hpp"

namespace blockscope {
namespace {

Agreement correlate(const Profile& a, const Profile& b, Agreement::Over over,
                    const NoisyPairs& pairs, double level) {
    Agreement result;
    result.metric_a = a.metric.name;
    result.metric_b = b.metric.name;
    result.resolution = a.resolution;
    result.over = over;
    result.n = pairs.a.size();
    result.spearman = spearman(pairs.a, pairs.b, level);
    result.kendall = kendall(pairs.a, pairs.b, level);
    return result;
}

NoisyPairs common_values(const MetricValues& a, const MetricValues& b) {
    std::unordered_map<Architecture, double, ArchitectureHash> known;
    for (std::size_t i = 0; i < std::min(a.archs.size(), most_architectures); ++i) {
        if (std::isfinite(a.values[i])) known.emplace(a.archs[i], a.values[i]);
    }
    NoisyPairs pairs;
    for (std::size_t i = 0; i < std::min(b.archs.size(), most_architectures); ++i) {
        const auto found = known.find(b.archs[i]);
        if (found == known.end() || !std::isfinite(b.values[i])) continue;
        pairs.a.push_back(found->second);
        pairs.b.push_back(b.values[i]);
    }
    return pairs;
}

double standard_error(const Estimate& e, double level) {
    return 0.5 * (e.high - e.low) / normal_quantile(0.5 + level / 2);
}

/// Deltas of the placements that both profiles know; unit -1: all.
template <typename Wanted>
NoisyPairs deltas(const Profile& a, const Profile& b, Wanted wanted) {
    NoisyPairs pairs;
    for (std::size_t i = 0; i < a.cells.size(); ++i) {
        const Estimate& x = a.cells[i].delta;
        const Estimate& y = b.cells[i].delta;
        if (!wanted(a.cells[i].placement.unit)) continue;
        if (!std::isfinite(x.low) || !std::isfinite(y.low)) continue;
        pairs.a.push_back(x.value);
        pairs.b.push_back(y.value);
        pairs.error_a.push_back(standard_error(x, a.options.level));
        pairs.error_b.push_back(standard_error(y, b.options.level));
    }
    return pairs;
}

double fisher(double r) { return std::atanh(std::clamp(r, -1 + 1e-12, 1 - 1e-12)); }

/// Replaces correlations of known deltas by those of the true ones.
void see_through_errors(const NoisyPairs& pairs, double level, Rng rng, Agreement& result) {
    const auto truth = true_rank_correlation(pairs, level, rng);
    result.spearman = truth.spearman;
    result.kendall = truth.kendall;
}

/// p values that each unit's Spearman correlation is the mean of the other units' own: Fisher's
/// scale with Bonett and Wright's standard errors.
std::vector<double> same_as_others(std::span<const Agreement> units) {
    const auto weight = [](const Agreement& a) {  // 1 / variance
        const double r = a.spearman.value;
        return a.n < 4 || std::isnan(r) ? 0.0 : (static_cast<double>(a.n) - 3) / (1 + r * r / 2);
    };
    std::vector<double> p_values;
    for (const Agreement& own : units) {
        double weights = -weight(own);
        double sum = 0;
        for (const Agreement& other : units) {
            weights += weight(other);
            if (&other != &own && weight(other) > 0) {
                sum += weight(other) * fisher(other.spearman.value);
            }
        }
        const double z =
            (fisher(own.spearman.value) - sum / weights) / std::sqrt(1 / weight(own) + 1 / weights);
        const bool known = weight(own) > 0 && weights > 1e-9;
        p_values.push_back(known ? 2 * normal_cdf(-std::abs(z)) : std::nan(""));
    }
    return adjusted_p_values(p_values);
}

void add_units(const Profile& a, const Profile& b, double level, const Rng& rng,
               std::vector<Agreement>& result) {
    const int units = a.cells.empty() ? 0 : a.cells.back().placement.unit + 1;
    std::vector<Agreement> own;
    std::vector<NoisyPairs> pairs;
    for (int u = 0; u < units; ++u) {
        pairs.push_back(deltas(a, b, [u](int unit) { return unit == u; }));
        own.push_back(correlate(a, b, Agreement::Over::placements, pairs.back(), level));
        own.back().unit = u;
    }
    const auto same = same_as_others(own);
    for (std::size_t u = 0; u < own.size(); ++u) {
        own[u].same_as_others = same[u];
        see_through_errors(pairs[u], level, rng.fork(u + 1), own[u]);
        result.push_back(std::move(own[u]));
    }
}

std::string cells(const Estimate& e) {
    return round_trip(e.value) + "," + round_trip(e.low) + "," + round_trip(e.high);
}

}  // namespace

std::vector<Agreement> agreements(std::span<const Profile> profiles,
                                  std::span<const MetricValues> values, double level) {
    std::vector<Agreement> result;
    for (std::size_t i = 0; i < profiles.size(); ++i) {
        for (std::size_t j = i + 1; j < profiles.size(); ++j) {
            const Profile& a = profiles[i];
            const Profile& b = profiles[j];
            if (a.resolution != b.resolution) continue;
            const auto pairs = common_values(values[i], values[j]);
            if (!pairs.a.empty()) {
                result.push_back(correlate(a, b, Agreement::Over::architectures, pairs, level));
            }
            const Rng rng(0xa9ee);
            const auto all = deltas(a, b, [](int) { return true; });
            result.push_back(correlate(a, b, Agreement::Over::placements, all, level));
            see_through_errors(all, level, rng.fork(0), result.back());
            add_units(a, b, level, rng, result);
        }
    }
    return result;
}

std::string correlations_csv(std::span<const Agreement> agreements) {
    std::string text =
        "metric_a,metric_b,resolution,over,unit,n,spearman,spearman_low,spearman_high,"
        "kendall,kendall_low,kendall_high,same_as_others\n";
    for (const auto& a : agreements) {
        const bool placements = a.over == Agreement::Over::placements;
        text +=
            fmt::format("{},{},{},{},{},{},{},{},{}\n", csv_cell(a.metric_a), csv_cell(a.metric_b),
                        a.resolution == 0 ? "mixed" : std::to_string(a.resolution),
                        placements ? "placements" : "architectures",
                        a.unit < 0 ? "" : std::to_string(a.unit + 1), a.n, cells(a.spearman),
                        cells(a.kendall), round_trip(a.same_as_others));
    }
    return text;
}

}  // namespace blockscope
