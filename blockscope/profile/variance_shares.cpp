#include "blockscope/profile/variance_shares.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "blockscope/base/error.hpp"
#include "blockscope/profile/variance_estimate.hpp"
#include "blockscope/space/sampling.hpp"

namespace blockscope {

std::vector<VarianceShare> exact_variance_shares(const DesignSpace& space,
                                                 std::span<const LayerTable> tables) {
    const auto each = 1 / static_cast<double>(tables.size());
    const auto groups = variance_factors(space, tables.front());
    const auto body = uniform_body(space);
    const std::vector<double> probability(tables.size(), each);
    std::vector<double> means;
    Split<ExactAmount> split;
    for (const LayerTable& table : tables) {
        if (table.combine() != LayerTable::Combine::sum) {
            throw Error("exact shares of the variance need a sum over layers");
        }
        means.push_back(expected_sum(table, stem_weights(space, table), body));
        const auto own = exact_split(space, table, groups);
        split.additive.add(each, own.additive);
        split.factors.resize(own.factors.size());
        for (std::size_t f = 0; f < own.factors.size(); ++f) {
            split.factors[f].first = own.factors[f].first;
            split.factors[f].second.add(each, own.factors[f].second);
        }
    }
    if (tables.size() > 1) split.lead("resolution", {variance_of_means(probability, means)});
    const double total = split.additive.value;
    const auto share = [&](double part) { return total > 0 ? exactly(part / total) : Estimate{}; };
    std::vector<VarianceShare> shares;
    shares.reserve(split.factors.size() + 3);
    for (const auto& [name, amount] : split.factors) shares.push_back({name, share(amount.value)});
    shares.push_back({"additive", share(total)});
    shares.push_back({"interaction", share(0)});
    shares.push_back({"noise", share(0)});
    return shares;
}

std::vector<VarianceShare> pooled_variance_shares(const DesignSpace& space,
                                                  const EvaluatedSample& sample,
                                                  const VarianceOptions& options) {
    const auto rows = unrepeated(space, sample, options.most_rows, options.level);
    constexpr std::ptrdiff_t least_at_a_resolution = 4;
    for (std::size_t r = 0; r < rows.resolutions.size(); ++r) {
        if (std::count(rows.at.begin(), rows.at.end(), r) < least_at_a_resolution) return {};
    }
    Estimate noise = rows.noise.variance;
    if (std::isnan(noise.value) && std::isfinite(sample.noise)) {
        noise = exactly(sample.noise * sample.noise);
    }
    if (std::isnan(noise.value) && !options.noisy) noise = exactly(0);
    const bool noise_known = std::isfinite(noise.value);
    auto estimate = estimate_variance(space, rows);
    if (noise_known) estimate.total.theta += noise.value * (1 - rows.inverse_repeats);

    const double square =
        std::inner_product(rows.values.begin(), rows.values.end(), rows.values.begin(), 0.0) /
        static_cast<double>(rows.values.size());
    const double total = estimate.total.theta;
    const bool varies = total > 1e-20 * square;  // less is what rounding leaves
    const auto share = [&](const PooledAmount& amount) {
        return varies ? estimate.share(amount, options.level) : Estimate{};
    };
    std::vector<VarianceShare> shares;
    shares.reserve(estimate.split.factors.size() + 3);
    for (const auto& [name, amount] : estimate.split.factors) {
        shares.push_back({name, share(amount)});
    }
    shares.push_back({"additive", share(estimate.split.additive)});
    const Estimate rest = difference_of_independent(exactly(1), shares.back().share);
    if (!noise_known) {
        shares.push_back({"interaction and noise", rest});
        return shares;
    }
    const Estimate noise_share =
        varies ? Estimate{noise.value / total, noise.low / total, noise.high / total} : Estimate{};
    shares.push_back({"interaction", difference_of_independent(rest, noise_share)});
    shares.push_back({"noise", noise_share});
    return shares;
}

std::vector<VarianceShare> sampled_variance_shares(const DesignSpace& space,
                                                   std::span<const LayerTable> tables,
                                                   std::span<const int> resolutions, double level) {
    constexpr std::size_t size = 20000;
    const std::size_t each = size / tables.size();
    std::vector<Architecture> archs;
    std::vector<double> values;
    const Rng rng(0x5eed);
    for (std::size_t r = 0; r < tables.size(); ++r) {
        const auto own =
            sample(space, each, tables.size() == 1 ? rng : rng.fork(r), resolutions[r]);
        archs.insert(archs.end(), own.begin(), own.end());
        values.resize(archs.size());
        tables[r].evaluate(own, std::span(values).subspan(values.size() - own.size()));
    }
    VarianceOptions options;
    options.level = level;
    return pooled_variance_shares(space, {archs, values}, options);
}

}  // namespace blockscope
