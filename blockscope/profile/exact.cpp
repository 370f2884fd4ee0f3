#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "blockscope/profile/distribution.hpp"
#include "blockscope/profile/profile.hpp"

namespace blockscope {
namespace {

/// A metric's tables, one for each resolution, all equally likely.
class ExactTables {
public:
    ExactTables(const DesignSpace& space, const std::vector<LayerTable>& tables)
        : tables_(tables), sum_(tables.front().combine() == LayerTable::Combine::sum) {
        for (const LayerTable& table : tables) {
            if (sum_) {
                distributions_.push_back(std::make_unique<SumDistribution>(space, table));
            } else {
                auto largest = std::make_unique<MaxDistribution>(space, table);
                largest_.push_back(largest.get());
                distributions_.push_back(std::move(largest));
            }
            stem_.push_back(stem_weights(space, table));
        }
    }

    double mean(const BodyDistribution& body) const {
        double total = 0;
        for (std::size_t r = 0; r < tables_.size(); ++r) {
            total += sum_ ? expected_sum(tables_[r], stem_[r], body) : largest_[r]->mean(body);
        }
        return total / static_cast<double>(tables_.size());
    }

    /// fixed: null for nothing.
    std::vector<double> quantiles(const Placement* fixed, Protocol protocol,
                                  const std::vector<double>& probabilities) const {
        if (tables_.size() == 1) {
            return fixed == nullptr ? distributions_[0]->quantiles(probabilities)
                                    : distributions_[0]->quantiles(*fixed, protocol, probabilities);
        }
        std::vector<std::function<double(double)>> parts;
        double low = std::numeric_limits<double>::infinity();
        double high = -low;
        for (const auto& d : distributions_) {
            parts.push_back(d->below(fixed, protocol));
            const auto ends =
                fixed == nullptr ? d->quantiles({0, 1}) : d->quantiles(*fixed, protocol, {0, 1});
            low = std::min(low, ends[0] - 2 * d->error_bound());
            high = std::max(high, ends[1]);
        }
        return mixture_quantiles(parts, low, high, probabilities);
    }

    double error_bound() const {
        double bound = 0;
        for (const auto& d : distributions_) bound = std::max(bound, d->error_bound());
        return bound;
    }

private:
    const std::vector<LayerTable>& tables_;
    bool sum_;
    std::vector<std::unique_ptr<ValueDistribution>> distributions_;
    std::vector<const MaxDistribution*> largest_;
    std::vector<std::vector<double>> stem_;
};

}  // namespace

Profile exact_profile(const DesignSpace& space, const LayerTable& table, const MetricInfo& metric,
                      int resolution, const ProfileOptions& options) {
    return exact_profile(space, std::vector{table}, metric, {resolution}, options);
}

Profile exact_profile(const DesignSpace& space, const std::vector<LayerTable>& tables,
                      const MetricInfo& metric, const std::vector<int>& resolutions,
                      const ProfileOptions& options) {
    Profile profile;
    profile.metric = metric;
    profile.estimator = "exact";
    profile.resolution = resolutions.size() == 1 ? resolutions.front() : 0;
    profile.resolutions = resolutions;
    profile.options = options;

    const ExactTables exact(space, tables);
    BodyDistribution body = uniform_body(space);
    const auto mean = [&] { return exact.mean(body); };
    std::vector<double> probabilities;
    probabilities.reserve(options.percentiles.size());
    for (const double p : options.percentiles) probabilities.push_back(p / 100);
    const double bound = profile.percentile_error = exact.error_bound();

    const double base = mean();
    profile.base = exactly(base);
    const auto base_quantiles = exact.quantiles(nullptr, options.protocol, probabilities);
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
        const auto quantiles = exact.quantiles(&p, options.protocol, probabilities);
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
    profile.shares = tables[0].combine() == LayerTable::Combine::sum
                         ? exact_variance_shares(space, tables)
                         : sampled_variance_shares(space, tables, resolutions, options.level);
    return profile;
}

}  // namespace blockscope
