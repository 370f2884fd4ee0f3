#include <algorithm>
#include <cmath>

#include "blockscope/base/error.hpp"
#include "blockscope/profile/profile.hpp"
#include "blockscope/profile/strata.hpp"
#include "blockscope/stats/quantile.hpp"
#include "blockscope/stats/student.hpp"

namespace blockscope {
namespace {

/// Rows of the table by stratum.
struct Rows {
    const Strata& strata;
    std::vector<Architecture> archs;
    std::vector<double> values;
    std::vector<std::vector<std::uint32_t>> members;

    Rows(const Strata& s, const EvaluatedSample& sample)
        : strata(s), members(static_cast<std::size_t>(s.size())) {
        std::vector<int> numbers(static_cast<std::size_t>(s.most()));
        for (std::size_t i = 0; i < sample.archs.size(); ++i) {
            if (!std::isfinite(sample.values[i])) continue;
            const int n = s.of(sample.archs[i], numbers.data());
            for (int k = 0; k < n; ++k) {
                members[static_cast<std::size_t>(numbers[k])].push_back(
                    static_cast<std::uint32_t>(values.size()));
            }
            archs.push_back(sample.archs[i]);
            values.push_back(sample.values[i]);
        }
    }
};

/// Weight of every row in a mixture's mean; empty if a part of it has no row.
std::vector<double> weights(const Rows& rows, const Strata::Mixture& mixture) {
    std::vector<double> w(rows.values.size(), 0.0);
    for (const auto& [s, share] : mixture) {
        const auto& members = rows.members[static_cast<std::size_t>(s)];
        if (members.empty()) return {};
        for (const auto i : members) w[i] += share / static_cast<double>(members.size());
    }
    return w;
}

/// Sum of w * value; the interval holds only the noise of the values.
Estimate combined(const Rows& rows, const std::vector<double>& w, double noise, double level) {
    double sum = 0;
    double squares = 0;
    for (std::size_t i = 0; i < w.size(); ++i) {
        sum += w[i] * rows.values[i];
        squares += w[i] * w[i];
    }
    if (std::isnan(noise)) return exactly(sum);
    return plus_minus(sum, student_quantile(level, 1e6) * noise * std::sqrt(squares));
}

double weighted_percentile(const Rows& rows, const std::vector<double>& w, double percent) {
    std::vector<std::pair<double, double>> used;
    for (std::size_t i = 0; i < w.size(); ++i) {
        if (w[i] > 0) used.emplace_back(rows.values[i], w[i]);
    }
    std::sort(used.begin(), used.end());
    std::vector<double> values;
    std::vector<double> shares;
    for (const auto& [value, share] : used) {
        values.push_back(value);
        shares.push_back(share);
    }
    return weighted_quantile(values, shares, percent / 100);
}

std::vector<double> minus(std::vector<double> a, const std::vector<double>& b) {
    for (std::size_t i = 0; i < a.size(); ++i) a[i] -= b[i];
    return a;
}

std::size_t count(const std::vector<double>& w) {
    return static_cast<std::size_t>(
        std::count_if(w.begin(), w.end(), [](double x) { return x > 0; }));
}

void add_cells(const DesignSpace& space, const Rows& rows, const std::vector<double>& all,
               Profile& profile) {
    const ProfileOptions& options = profile.options;
    for (const auto& p : placements(space)) {
        Cell cell;
        cell.placement = p;
        cell.percentiles.resize(options.percentiles.size());
        cell.percentile_deltas.resize(options.percentiles.size());
        if (const auto w = weights(rows, rows.strata.placement(p)); !w.empty()) {
            cell.count = count(w);
            cell.mean = combined(rows, w, profile.noise, options.level);
            cell.delta = combined(rows, minus(w, all), profile.noise, options.level);
            cell.simultaneous = cell.delta;
            cell.distinguishable = cell.delta.low > 0 || cell.delta.high < 0;
            cell.discovered = cell.distinguishable;
            for (std::size_t i = 0; i < options.percentiles.size(); ++i) {
                const double q = weighted_percentile(rows, w, options.percentiles[i]);
                cell.percentiles[i] = exactly(q);
                cell.percentile_deltas[i] = exactly(q - profile.base_percentiles[i].value);
            }
        }
        profile.cells.push_back(std::move(cell));
    }
}

void add_blocks(const DesignSpace& space, const Rows& rows, Profile& profile) {
    const auto names = block_names(space);
    std::vector<std::vector<double>> responses;
    std::vector<double> centre(rows.values.size(), 0.0);
    for (const auto& name : names) {
        std::vector<double> sum(rows.values.size(), 0.0);
        double locations = 0;
        for (const Cell& cell : profile.cells) {
            if (block_name(space, cell.placement) != name || cell.count == 0) continue;
            const auto w = weights(rows, rows.strata.placement(cell.placement));
            for (std::size_t i = 0; i < w.size(); ++i) sum[i] += w[i];
            ++locations;
        }
        for (std::size_t i = 0; i < sum.size(); ++i) {
            if (locations > 0) sum[i] /= locations;
            centre[i] += sum[i] / static_cast<double>(names.size());
        }
        responses.push_back(std::move(sum));
    }
    for (std::size_t b = 0; b < names.size(); ++b) {
        BlockResponse block{names[b], {}, count(responses[b]), false};
        if (block.count > 0) {
            block.response = combined(rows, responses[b], profile.noise, profile.options.level);
            const Estimate apart =
                combined(rows, minus(responses[b], centre), profile.noise, profile.options.level);
            block.distinguishable = apart.low > 0 || apart.high < 0;
        }
        profile.blocks.push_back(std::move(block));
    }
}

}  // namespace

Profile table_profile(const DesignSpace& space, const EvaluatedSample& sample,
                      const MetricInfo& metric, const std::vector<int>& resolutions,
                      const ProfileOptions& options) {
    const Strata strata(space, options.protocol);
    const Rows rows(strata, sample);
    if (rows.values.empty()) throw Error("the table holds no value");
    Profile profile;
    profile.metric = metric;
    profile.estimator = "table";
    profile.resolution = resolutions.size() == 1 ? resolutions.front() : 0;
    profile.resolutions = resolutions;
    profile.options = options;
    profile.evaluations = rows.values.size();
    profile.noise = sample.noise;
    const auto all = weights(rows, strata.everything());
    profile.base = combined(rows, all, profile.noise, options.level);
    for (const double p : options.percentiles) {
        profile.base_percentiles.push_back(exactly(weighted_percentile(rows, all, p)));
    }
    add_cells(space, rows, all, profile);
    add_blocks(space, rows, profile);
    for (int u = 0; u < static_cast<int>(space.units.size()); ++u) {
        std::vector<double> previous;
        for (const int d : allowed(space.units[u].depths)) {
            const auto w = weights(rows, strata.depth(u, d));
            DepthEffect effect{u, d, {}, {}, count(w)};
            if (!w.empty()) effect.mean = combined(rows, w, profile.noise, options.level);
            if (!w.empty() && !previous.empty()) {
                effect.effect = combined(rows, minus(w, previous), profile.noise, options.level);
            }
            profile.depths.push_back(effect);
            previous = w;
        }
    }
    return profile;
}

}  // namespace blockscope
