#include "blockscope/profile/unrepeated.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"

namespace blockscope {
namespace {

/// Probability that two random architectures are the same.
double collision(const DesignSpace& space) {
    double result = 1;
    for (const auto& choice : space.stem_choices) {
        result /= static_cast<double>(allowed(choice.allowed).size());
    }
    for (const Unit& unit : space.units) {
        const auto depths = allowed(unit.depths);
        double same = 0;
        double blocks = 1;
        for (int l = 0; l < depths.back(); ++l) {
            blocks /= static_cast<double>(allowed(unit.blocks[l]).size());
            if (std::find(depths.begin(), depths.end(), l + 1) != depths.end()) same += blocks;
        }
        result *= same / static_cast<double>(depths.size() * depths.size()) /
                  static_cast<double>(allowed(unit.widths).size());
    }
    return result;
}

/// Numbers the resolutions, and makes each one's weights 1 on average.
void number_resolutions(UnrepeatedSample& rows) {
    for (const auto& a : rows.archs) rows.resolutions.push_back(a.resolution);
    std::sort(rows.resolutions.begin(), rows.resolutions.end());
    rows.resolutions.erase(std::unique(rows.resolutions.begin(), rows.resolutions.end()),
                           rows.resolutions.end());
    std::vector<double> weight(rows.resolutions.size());
    std::vector<double> count(rows.resolutions.size());
    for (std::size_t i = 0; i < rows.archs.size(); ++i) {
        const auto found = std::lower_bound(rows.resolutions.begin(), rows.resolutions.end(),
                                            rows.archs[i].resolution);
        rows.at.push_back(static_cast<std::uint8_t>(found - rows.resolutions.begin()));
        weight[rows.at.back()] += rows.weights[i];
        count[rows.at.back()] += 1;
    }
    for (std::size_t i = 0; i < rows.archs.size(); ++i) {
        rows.weights[i] *= count[rows.at[i]] / weight[rows.at[i]];
    }
}

}  // namespace

UnrepeatedSample unrepeated(const DesignSpace& space, const EvaluatedSample& sample,
                            std::size_t most_rows, double level) {
    UnrepeatedSample rows;
    std::vector<std::size_t> thing;
    std::vector<double> kept;
    std::unordered_map<Architecture, std::size_t, ArchitectureHash> seen;
    double pairs = 0;
    std::vector<double> count;
    UnrepeatedSample merged;
    for (std::size_t i = 0; i < sample.archs.size() && kept.size() < most_rows; ++i) {
        const double weight = sample.weights.empty() ? 1.0 : sample.weights[i];
        if (!std::isfinite(sample.values[i]) || !(weight > 0)) continue;
        kept.push_back(sample.values[i]);
        rows.archs.push_back(sample.archs[i]);
        rows.values.push_back(sample.values[i]);
        rows.weights.push_back(weight);
        const auto [at, fresh] = seen.emplace(sample.archs[i], merged.values.size());
        thing.push_back(at->second);
        if (fresh) {
            merged.archs.push_back(sample.archs[i]);
            merged.values.push_back(0);
            merged.weights.push_back(weight);
            count.push_back(0);
        }
        double& c = count[at->second];
        pairs += c;
        c += 1;
        merged.values[at->second] += (sample.values[i] - merged.values[at->second]) / c;
    }
    const auto n = static_cast<double>(kept.size());
    if (pairs > 10 + 2 * collision(space) * n * (n - 1) / 2) {
        rows = std::move(merged);
        rows.inverse_repeats = 0;
        for (const double c : count)
            rows.inverse_repeats += 1 / c / static_cast<double>(count.size());
    }
    if (rows.values.size() < 20) {
        throw Error(fmt::format("{} values are too few for shares of the variance; 20 is the least",
                                rows.values.size()));
    }
    rows.noise = noise_variance(thing, kept, level);
    number_resolutions(rows);
    return rows;
}

}  // namespace blockscope
