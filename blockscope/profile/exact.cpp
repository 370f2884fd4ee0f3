#include <cmath>
#include <memory>

#include "blockscope/profile/distribution.hpp"
#include "blockscope/profile/profile.hpp"

namespace blockscope {

Profile exact_profile(const DesignSpace& space, const LayerTable& table, const MetricInfo& metric,
                      int resolution, const ProfileOptions& options) {
    Profile profile;
    profile.metric = metric;
    profile.estimator = "exact";
    profile.resolution = resolution;
    profile.options = options;

    const bool sum = table.combine() == LayerTable::Combine::sum;
    std::unique_ptr<ValueDistribution> distribution;
    const MaxDistribution* largest = nullptr;
    if (sum) {
        distribution = std::make_unique<SumDistribution>(space, table);
    } else {
        auto d = std::make_unique<MaxDistribution>(space, table);
        largest = d.get();
        distribution = std::move(d);
    }
    profile.percentile_error = distribution->error_bound();
    const auto stem = stem_weights(space, table);
    BodyDistribution body = uniform_body(space);
    const auto mean = [&] { return sum ? expected_sum(table, stem, body) : largest->mean(body); };
    std::vector<double> probabilities;
    probabilities.reserve(options.percentiles.size());
    for (const double p : options.percentiles) probabilities.push_back(p / 100);
    const double bound = profile.percentile_error;

    const double base = mean();
    profile.base = exactly(base);
    const auto base_quantiles = distribution->quantiles(probabilities);
    for (const double q : base_quantiles) {
        profile.base_percentiles.push_back(plus_minus(q, bound));
    }
    for (const auto& p : placements(space)) {
        const UnitDistribution free = body[p.unit];
        body[p.unit] = fixed_unit(space, p, options.protocol);
        Cell cell;
        cell.placement = p;
        const double value = mean();
        body[p.unit] = free;
        cell.mean = exactly(value);
        cell.delta = exactly(value - base);
        const auto quantiles = distribution->quantiles(p, options.protocol, probabilities);
        for (std::size_t i = 0; i < quantiles.size(); ++i) {
            cell.percentiles.push_back(plus_minus(quantiles[i], bound));
            cell.percentile_deltas.push_back(
                plus_minus(quantiles[i] - base_quantiles[i], 2 * bound));
        }
        cell.simultaneous = cell.delta;
        cell.distinguishable = std::abs(value - base) > 1e-12 * std::abs(base);
        cell.discovered = cell.distinguishable;
        profile.cells.push_back(std::move(cell));
    }

    double mean_response = 0;
    for (const auto& name : block_names(space)) {
        double total = 0;
        int locations = 0;
        for (const Cell& cell : profile.cells) {
            if (block_name(space, cell.placement) != name) continue;
            total += cell.mean.value;
            ++locations;
        }
        profile.blocks.push_back({name, exactly(total / locations), 0, false});
        mean_response += total / locations;
    }
    mean_response /= static_cast<double>(profile.blocks.size());
    for (auto& block : profile.blocks) {
        block.distinguishable =
            std::abs(block.response.value - mean_response) > 1e-12 * std::abs(mean_response);
    }

    for (int u = 0; u < static_cast<int>(space.units.size()); ++u) {
        const UnitDistribution free = body[u];
        double previous = std::nan("");
        for (const int d : allowed(space.units[u].depths)) {
            body[u].depth.assign(free.depth.size(), 0.0);
            body[u].depth[d] = 1;
            const double value = mean();
            profile.depths.push_back({u, d, exactly(value), exactly(value - previous), 0});
            previous = value;
        }
        body[u] = free;
    }
    profile.shares = sum ? exact_variance_shares(space, table)
                         : sampled_variance_shares(space, table, options.level);
    return profile;
}

}  // namespace blockscope
