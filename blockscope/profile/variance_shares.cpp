#include "blockscope/profile/variance_shares.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/profile/variance_estimate.hpp"
#include "blockscope/space/sampling.hpp"

namespace blockscope {
std::vector<VarianceShare> exact_variance_shares(const DesignSpace& space,
                                                 const LayerTable& table) {
    if (table.combine() != LayerTable::Combine::sum) {
        throw Error("exact shares of the variance need a sum over layers");
    }
    const auto split = exact_split(space, table, variance_factors(space, table));
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
                                                   const LayerTable& table, double level) {
    const auto archs = sample(space, 20000, Rng(0x5eed), space.default_resolution);
    std::vector<double> values(archs.size());
    table.evaluate(archs, values);
    VarianceOptions options;
    options.level = level;
    return pooled_variance_shares(space, {archs, values}, options);
}

std::string variance_rows(const std::string& metric, int resolution,
                          std::span<const VarianceShare> shares) {
    std::string text;
    for (const auto& s : shares) {
        text += fmt::format("{},{},{},{},{},{}\n", csv_cell(metric), resolution, csv_cell(s.factor),
                            round_trip(s.share.value), round_trip(s.share.low),
                            round_trip(s.share.high));
    }
    return text;
}

}  // namespace blockscope
