#include "blockscope/profile/targeted_sampling.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

namespace blockscope {

TargetedSampling::TargetedSampling(const DesignSpace& space, const std::vector<int>& resolutions,
                                   std::uint64_t seed)
    : placements_(placements(space)),
      strata_(space, Protocol::definition),
      sequence_(space, resolutions, seed) {
    for (const int r : resolutions) samplers_.emplace_back(space, r);
    for (const auto& p : placements_) {
        const Unit& unit = space.units[p.unit];
        double reached = 0;
        const auto depths = depth_weights(space, p.unit);
        for (std::size_t d = static_cast<std::size_t>(p.layer) + 1; d < depths.size(); ++d) {
            reached += depths[d];
        }
        probability_.push_back(reached / std::popcount(unit.blocks[p.layer]) /
                               std::popcount(unit.widths));
    }
    fixed_.resize(static_cast<std::size_t>(strata_.size()), 0.0);
}

std::vector<Architecture> TargetedSampling::draw(std::size_t n, const std::vector<double>& needs,
                                                 Rng rng, std::vector<bool>& uniform) {
    std::vector<double> up_to(needs.size());
    std::partial_sum(needs.begin(), needs.end(), up_to.begin());
    const double total = up_to.empty() ? 0 : up_to.back();
    const double share = total > 0 ? 0.5 : 0.0;
    const auto count = static_cast<double>(n);
    drawn_ += count;
    uniform_ += (1 - share) * count;
    for (std::size_t c = 0; c < needs.size() && total > 0; ++c) {
        const int stratum = strata_.placement(placements_[c]).front().stratum;
        fixed_[static_cast<std::size_t>(stratum)] +=
            share * count * needs[c] / total / probability_[c];
    }
    std::vector<Architecture> archs(n);
    for (auto& a : archs) {
        uniform.push_back(rng.uniform() >= share);
        if (uniform.back()) {
            a = sequence_.first(++taken_).back();
            continue;
        }
        const auto at = std::upper_bound(up_to.begin(), up_to.end(), rng.uniform() * total);
        const auto c = std::min(static_cast<std::size_t>(at - up_to.begin()), needs.size() - 1);
        const auto samplers = static_cast<std::uint32_t>(samplers_.size());
        a = samplers_[samplers == 1 ? 0 : rng.below(samplers)].draw(rng, placements_[c],
                                                                    Protocol::definition);
    }
    return archs;
}

std::vector<double> TargetedSampling::weights(std::span<const Architecture> archs) const {
    std::vector<double> weights;
    weights.reserve(archs.size());
    std::vector<int> numbers(static_cast<std::size_t>(strata_.most()));
    for (const auto& a : archs) {
        double density = uniform_;
        const int n = strata_.of(a, numbers.data());
        for (int k = 0; k < n; ++k) density += fixed_[static_cast<std::size_t>(numbers[k])];
        weights.push_back(drawn_ / density);
    }
    return weights;
}

}  // namespace blockscope
