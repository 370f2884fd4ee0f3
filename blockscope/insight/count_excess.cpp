#include "blockscope/insight/count_excess.hpp"

#include <algorithm>
#include <cmath>

#include "blockscope/metric/count_metric.hpp"

namespace blockscope {
namespace {

/// The two ends of a step at all places that allow them.
struct Step {
    std::vector<Placement> from, to;

    /// unit: -1 for all.
    Step(const DesignSpace& space, Axis axis, double a, double b, int unit = -1) {
        for (const auto& [p, q] : axis_pairs(space, axis, a, b)) {
            if (unit >= 0 && p.unit != unit) continue;
            from.push_back(p);
            to.push_back(q);
        }
    }
    Estimate of(const OptionEffects& effects) const {
        return difference_of_independent(effects.mean(to), effects.mean(from));
    }
};

/// Exact effects of what can be counted.
std::vector<Profile> count_profiles(const DesignSpace& space, int resolution) {
    std::vector<Profile> profiles;
    ProfileOptions options;
    options.percentiles.clear();
    for (const char* name : {"macs", "params", "activation_bytes/total"}) {
        const auto metric = make_count_metric(name);
        if (const auto table = metric->additive(space, resolution)) {
            profiles.push_back(exact_profile(space, *table, metric->info(), resolution, options));
        }
    }
    return profiles;
}

/// How much more the second step adds than the first, of the count that grows most.
double growth_of(const DesignSpace& space, const std::vector<Profile>& counts, const Step& first,
                 const Step& second) {
    double growth = 0;
    for (const auto& count : counts) {
        const OptionEffects effects(space, &count);
        const double before = first.of(effects).value;
        if (before > 0) growth = std::max(growth, second.of(effects).value / before);
    }
    return growth;
}

Estimate beyond(const Estimate& step, const Estimate& before, double growth) {
    return difference_of_independent(
        step, {growth * before.value, growth * before.low, growth * before.high});
}

}  // namespace

Estimate CountExcess::excess_in(const DesignSpace& space, const OptionEffects& price,
                                int unit) const {
    return beyond(Step(space, axis, second, third, unit).of(price),
                  Step(space, axis, first, second, unit).of(price), growth);
}

std::vector<CountExcess> count_excesses(const DesignSpace& space, const Profile& price) {
    const auto& resolutions = price.resolutions;
    const auto counts =
        count_profiles(space, resolutions.empty() ? space.default_resolution : resolutions.back());
    const OptionEffects effects(space, &price);
    const double tie = price_tie_share * std::abs(price.base.value);
    std::vector<CountExcess> list;
    for (const Axis axis : {Axis::kernel, Axis::expansion}) {
        const auto values = axis_values(space, axis);
        for (std::size_t i = 2; i < values.size(); ++i) {
            const Step before(space, axis, values[i - 2], values[i - 1]);
            const Step step(space, axis, values[i - 1], values[i]);
            if (before.from.empty() || step.from.empty()) continue;
            CountExcess e{axis, values[i - 2], values[i - 1], values[i], {}, {}, 0, {}, false};
            e.step_before = before.of(effects);
            e.step = step.of(effects);
            e.growth = growth_of(space, counts, before, step);
            e.excess = beyond(e.step, e.step_before, e.growth);
            e.unfriendly = e.step.low > tie && e.excess.low > tie;
            list.push_back(e);
        }
    }
    return list;
}

std::vector<Placement> upper_ends(const DesignSpace& space, const CountExcess& step) {
    return Step(space, step.axis, step.second, step.third).to;
}

Estimate step_effect(const DesignSpace& space, const CountExcess& step,
                     const OptionEffects& effects) {
    return Step(space, step.axis, step.second, step.third).of(effects);
}

}  // namespace blockscope
