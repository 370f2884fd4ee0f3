#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "blockscope/insight/block_axis.hpp"
#include "blockscope/insight/evidence.hpp"
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

/// Three neighbouring values of an axis.
struct Values {
    Axis axis = Axis::kernel;
    double first = 0, second = 0, third = 0;
    const char* name() const { return axis == Axis::kernel ? "kernel" : "expansion"; }
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

/// Price of the second step in excess of what it would be if that of the first grew as counts do.
Estimate excess_of(const Evidence& evidence, const Values& v, double growth, int unit = -1) {
    const Estimate before =
        Step(evidence.space, v.axis, v.first, v.second, unit).of(evidence.price);
    return difference_of_independent(
        Step(evidence.space, v.axis, v.second, v.third, unit).of(evidence.price),
        {growth * before.value, growth * before.low, growth * before.high});
}

/// "unit 5 (1.78 ms)": where the excess is largest.
std::string worst_unit(const Evidence& evidence, const Values& v, double growth) {
    int worst = -1;
    double most = 0;
    for (int u = 0; u < static_cast<int>(evidence.space.units.size()); ++u) {
        const double here = excess_of(evidence, v, growth, u).value;
        if (worst >= 0 && !(here > most)) continue;
        worst = u;
        most = here;
    }
    return fmt::format("unit {} ({:.3g} {})", worst + 1, most, evidence.price_profile->metric.unit);
}

std::vector<Cut> cuts_of(const Step& step) {
    std::vector<Cut> cuts;
    std::set<std::tuple<int, int, int>> known;  // of another width already
    for (const auto& p : step.to) {
        if (!known.insert({p.unit, p.layer, p.block}).second) continue;
        cuts.push_back({Cut::What::block, p.unit, p.layer, p.block, 0, {}, {}});
    }
    return cuts;
}

Insight insight_of(const Evidence& evidence, const Values& v, const Step& step, double growth,
                   const Estimate& excess) {
    const std::string unit = evidence.price_profile->metric.unit;
    Insight insight;
    insight.kind = Insight::Kind::unfriendly;
    insight.driver = Insight::Driver::price;
    insight.subject = fmt::format("{} {:g}", v.name(), v.third);
    insight.benefit = step.of(evidence.benefit);
    insight.price = step.of(evidence.price);
    insight.rate = quotient(insight.benefit, insight.price);
    insight.status = insight.rate.high < evidence.poor_rate()    ? Insight::Status::applied
                     : insight.rate.value < evidence.poor_rate() ? Insight::Status::refused
                                                                 : Insight::Status::observed;
    insight.reason = fmt::format(
        "costs {} in excess of what its counts explain (which grow {:.3g} times as much as from "
        "{:g} to {:g}), most in {}; instead of {:g} it brings {} for {}: {}, the going rate is "
        "{:.3g}",
        text_of(excess, unit), growth, v.first, v.second, worst_unit(evidence, v, growth), v.second,
        text_of(insight.benefit, evidence.benefit_profile.metric.unit),
        text_of(insight.price, unit), text_of(insight.rate, rate_unit(evidence)),
        evidence.going_rate);
    return insight;
}

}  // namespace

std::vector<Insight> unfriendly_steps(const Evidence& evidence, DesignSpace& left) {
    std::vector<Insight> insights;
    if (!evidence.priced()) return insights;
    const DesignSpace& space = evidence.space;
    const auto& resolutions = evidence.price_profile->resolutions;
    std::vector<Profile> counts;  // made when a step first needs them
    for (const Axis axis : {Axis::kernel, Axis::expansion}) {
        const auto values = axis_values(space, axis);
        for (std::size_t i = 2; i < values.size(); ++i) {
            const Values v{axis, values[i - 2], values[i - 1], values[i]};
            const Step first(space, axis, v.first, v.second);
            const Step second(space, axis, v.second, v.third);
            if (first.from.empty() || second.from.empty()) continue;
            if (!(second.of(evidence.price).low > evidence.tie)) continue;
            if (counts.empty()) {
                counts = count_profiles(
                    space, resolutions.empty() ? space.default_resolution : resolutions.back());
            }
            const double growth = growth_of(space, counts, first, second);
            const Estimate excess = excess_of(evidence, v, growth);
            if (!(excess.low > evidence.tie)) continue;
            Insight insight = insight_of(evidence, v, second, growth, excess);
            if (insight.status != Insight::Status::observed) insight.cuts = cuts_of(second);
            if (insight.status == Insight::Status::applied) {
                for (const auto& cut : insight.cuts) remove(left, cut);
            }
            insights.push_back(std::move(insight));
        }
    }
    for (auto& insight : insights) {  // replacements among what all of these leave
        if (insight.cuts.empty()) continue;
        Insight completed = insight;
        complete(evidence, left, completed);
        insight.cuts = std::move(completed.cuts);
        insight.removed = completed.removed;
    }
    return insights;
}

}  // namespace blockscope
