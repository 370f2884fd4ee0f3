#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/profile/profile.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/stats/distributions.hpp"
#include "blockscope/stats/false_discovery.hpp"
#include "blockscope/stats/max_t.hpp"
#include "blockscope/stats/quantile.hpp"
#include "blockscope/stats/student.hpp"

namespace blockscope {
namespace {

/// What one group of evaluated architectures says.
struct Group {
    std::size_t count = 0;
    double mean = std::nan("");
    double error = std::nan("");  ///< standard error of the mean; NaN below two values
    std::vector<Estimate> percentiles;
};

Group summarised(std::vector<double> values, const ProfileOptions& options) {
    Group g;
    std::erase_if(values, [](double v) { return !std::isfinite(v); });
    g.count = values.size();
    g.percentiles.resize(options.percentiles.size());
    if (values.empty()) return g;
    const auto n = static_cast<double>(values.size());
    double sum = 0;
    for (const double v : values) sum += v;
    g.mean = sum / n;
    if (values.size() > 1) {
        double squares = 0;
        for (const double v : values) squares += (v - g.mean) * (v - g.mean);
        g.error = std::sqrt(squares / (n - 1) / n);
    }
    std::sort(values.begin(), values.end());
    for (std::size_t i = 0; i < options.percentiles.size(); ++i) {
        g.percentiles[i] = quantile_interval(values, options.percentiles[i] / 100, options.level);
    }
    return g;
}

Estimate interval(double value, double error, double degrees, double level) {
    if (std::isnan(error)) return {value, error, error};
    return plus_minus(value, student_quantile(level, std::max(1.0, degrees)) * error);
}

Estimate interval(const Group& g, double level) {
    return interval(g.mean, g.error, static_cast<double>(g.count) - 1, level);
}

/// Difference of the means of two groups of their own. Source: Welch, Biometrika 34 (1947).
struct Difference {
    double value = 0, error = 0, degrees = 1;
    Difference(const Group& a, const Group& b)
        : value(a.mean - b.mean), error(std::hypot(a.error, b.error)) {
        const double x = a.error * a.error;
        const double y = b.error * b.error;
        const double parts =
            x * x / (static_cast<double>(a.count) - 1) + y * y / (static_cast<double>(b.count) - 1);
        degrees = parts > 0 ? (x + y) * (x + y) / parts : 1;
    }
    Estimate at(double level) const { return interval(value, error, degrees, level); }
    double p_value() const {
        return error > 0 ? student_p_value(value / error, degrees) : std::nan("");
    }
};

/// Several resolutions: the same number of architectures at each.
std::vector<Architecture> drawn(const DesignSpace& space, const FixedSample& sample,
                                const std::vector<int>& resolutions, std::uint64_t group,
                                const Placement* fixed, Protocol protocol) {
    std::vector<Architecture> archs;
    const Rng stream = Rng(sample.seed).fork(group);
    for (std::size_t r = 0; r < resolutions.size(); ++r) {
        const std::size_t n =
            sample.n * (r + 1) / resolutions.size() - sample.n * r / resolutions.size();
        const Rng rng = stream.fork(r);
        const auto part = fixed == nullptr
                              ? blockscope::sample(space, n, rng, resolutions[r], sample.threads)
                              : blockscope::sample(space, n, rng, resolutions[r], *fixed, protocol,
                                                   sample.threads);
        archs.insert(archs.end(), part.begin(), part.end());
    }
    return archs;
}

void add_depths(const DesignSpace& space, const std::vector<Architecture>& archs,
                const std::vector<double>& values, Profile& profile) {
    ProfileOptions no_percentiles = profile.options;
    no_percentiles.percentiles.clear();
    for (int u = 0; u < static_cast<int>(space.units.size()); ++u) {
        std::map<int, std::vector<double>> by_depth;
        for (std::size_t i = 0; i < archs.size(); ++i)
            by_depth[archs[i].depth[u]].push_back(values[i]);
        Group previous;
        for (const int d : allowed(space.units[u].depths)) {
            const Group g = summarised(by_depth[d], no_percentiles);
            DepthEffect effect{u, d, interval(g, profile.options.level), {}, g.count};
            if (previous.count > 0) {
                effect.effect = Difference(g, previous).at(profile.options.level);
            }
            profile.depths.push_back(effect);
            previous = g;
        }
    }
}

void add_blocks(const DesignSpace& space, const std::vector<Group>& groups, Profile& profile) {
    struct Sum {
        double mean = 0, variance = 0;
        int locations = 0;
        std::size_t count = 0;
    };
    const auto names = block_names(space);
    std::map<std::string, Sum> sums;
    for (std::size_t c = 0; c < groups.size(); ++c) {
        if (groups[c].count == 0) continue;
        Sum& s = sums[block_name(space, profile.cells[c].placement)];
        s.mean += groups[c].mean;
        s.variance += groups[c].error * groups[c].error;
        s.count += groups[c].count;
        ++s.locations;
    }
    double centre = 0;
    double spread = 0;
    for (auto& [name, s] : sums) {
        s.mean /= s.locations;
        s.variance /= s.locations * s.locations;
        centre += s.mean / static_cast<double>(sums.size());
        spread += s.variance / static_cast<double>(sums.size() * sums.size());
    }
    // distances from the mean of all responses are nearly independent: Bonferroni costs little
    const auto family = static_cast<double>(names.size());
    const double each = 1 - (1 - profile.options.level) / family;
    for (const auto& name : names) {
        const Sum& s = sums[name];
        BlockResponse block{name, {}, s.count, false};
        if (s.locations > 0) {
            const auto degrees = static_cast<double>(s.count) - s.locations;
            block.response =
                interval(s.mean, std::sqrt(s.variance), degrees, profile.options.level);
            const double error = std::sqrt(s.variance * (1 - 2 / family) + spread);
            const Estimate apart = interval(s.mean - centre, error, degrees, each);
            block.distinguishable = apart.low > 0 || apart.high < 0;
        }
        profile.blocks.push_back(std::move(block));
    }
}

}  // namespace

FixedProfile fixed_profile(const DesignSpace& space, Metric& metric,
                           const std::vector<int>& resolutions, const FixedSample& sample,
                           const ProfileOptions& options, Progress* progress) {
    FixedProfile result;
    auto& [profile, base_archs, base_values] = result;
    profile.metric = metric.info();
    profile.estimator = "fixed";
    profile.resolution = resolutions.size() == 1 ? resolutions.front() : 0;
    profile.resolutions = resolutions;
    profile.options = options;
    base_archs = drawn(space, sample, resolutions, 0, nullptr, options.protocol);
    base_values = metric.evaluate(space, base_archs, nullptr).values;
    const Group base = summarised(base_values, options);
    profile.evaluations = base.count;
    profile.base = interval(base, options.level);
    profile.base_percentiles = base.percentiles;
    add_depths(space, base_archs, base_values, profile);

    const auto family = placements(space);
    std::vector<Group> groups;
    std::vector<Difference> deltas;
    for (std::size_t c = 0; c < family.size(); ++c) {
        if (progress != nullptr) {
            if (progress->stop_requested()) {
                throw Error("stopped before every placement had its sample", Fault::runtime);
            }
            progress->update("placements", static_cast<double>(c),
                             static_cast<double>(family.size()));
        }
        const auto archs = drawn(space, sample, resolutions, c + 1, &family[c], options.protocol);
        groups.push_back(summarised(metric.evaluate(space, archs, nullptr).values, options));
        const Group& g = groups.back();
        profile.evaluations += g.count;
        Cell cell;
        cell.placement = family[c];
        cell.count = g.count;
        cell.mean = interval(g, options.level);
        deltas.emplace_back(g, base);
        cell.delta = deltas.back().at(options.level);
        cell.percentiles = g.percentiles;
        for (std::size_t i = 0; i < g.percentiles.size(); ++i) {
            cell.percentile_deltas.push_back(
                difference_of_independent(g.percentiles[i], base.percentiles[i]));
        }
        profile.cells.push_back(std::move(cell));
    }
    std::vector<double> covariance(family.size() * family.size());
    const double shared = base.error * base.error;
    for (std::size_t i = 0; i < family.size(); ++i) {
        for (std::size_t j = 0; j < family.size(); ++j) {
            const double own = i == j ? groups[i].error * groups[i].error : 0.0;
            covariance[i * family.size() + j] = std::isfinite(own + shared) ? own + shared : 0.0;
        }
    }
    profile.simultaneous_level = 1 - simultaneous_probability(covariance, options.level);
    std::vector<double> p_values;
    p_values.reserve(deltas.size());
    for (const auto& d : deltas) p_values.push_back(d.p_value());
    const auto adjusted = adjusted_p_values(p_values);
    for (std::size_t c = 0; c < family.size(); ++c) {
        Cell& cell = profile.cells[c];
        cell.discovered = adjusted[c] <= 1 - options.level;
        cell.simultaneous = deltas[c].at(profile.simultaneous_level);
        cell.distinguishable = cell.simultaneous.low > 0 || cell.simultaneous.high < 0;
    }
    add_blocks(space, groups, profile);
    return result;
}

}  // namespace blockscope
