#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "blockscope/insight/block_axis.hpp"
#include "blockscope/insight/evidence.hpp"
#include "blockscope/metric/count_metric.hpp"

namespace blockscope {
namespace {

/// The two ends of a step at all places that allow them, and what lies between.
struct Step {
    std::vector<Placement> from, to;

    Step(const DesignSpace& space, Axis axis, double a, double b, int unit = -1) {
        for (const auto& [p, q] : axis_pairs(space, axis, a, b)) {
            if (unit >= 0 && p.unit != unit) continue;
            from.push_back(p);
            to.push_back(q);
        }
    }
    Estimate of(const OptionEffects& effects) const {
        return independent_difference(effects.mean(to), effects.mean(from));
    }
};

/// Exact effects of a count.
Profile count_profile(const DesignSpace& space, const char* name, int resolution) {
    const auto metric = make_count_metric(name);
    const auto table = metric->additive(space, resolution);
    ProfileOptions options;
    options.percentiles.clear();
    return exact_profile(space, *table, metric->info(), resolution, options);
}

/// Cost of step `second` in excess of what it would be if the cost of `first` grew as counts do.
Estimate excess(const OptionEffects& price, const Step& first, const Step& second, double growth) {
    const Estimate before = first.of(price);
    const Estimate scaled{growth * before.value, growth * before.low, growth * before.high};
    return independent_difference(second.of(price), scaled);
}

}  // namespace

std::vector<Insight> unfriendly_steps(const Evidence& evidence, DesignSpace& left) {
    std::vector<Insight> insights;
    if (!evidence.priced()) return insights;
    const DesignSpace& space = evidence.space;
    const auto& resolutions = evidence.price_profile->resolutions;
    const int resolution = resolutions.empty() ? space.default_resolution : resolutions.back();
    std::vector<Profile> counts;  // made when a step first needs them
    const std::string unit = evidence.price_profile->metric.unit;
    for (const Axis axis : {Axis::kernel, Axis::expansion}) {
        const char* name = axis == Axis::kernel ? "kernel" : "expansion";
        const auto values = axis_values(space, axis);
        for (std::size_t i = 2; i < values.size(); ++i) {
            const Step first(space, axis, values[i - 2], values[i - 1]);
            const Step second(space, axis, values[i - 1], values[i]);
            if (first.from.empty() || second.from.empty()) continue;
            if (!(second.of(evidence.price).low > evidence.tie)) continue;
            if (counts.empty()) {
                for (const char* count : {"macs", "params", "activation_bytes/total"}) {
                    counts.push_back(count_profile(space, count, resolution));
                }
            }
            double growth = 0;  // of the count that grows most
            for (const auto& count : counts) {
                const OptionEffects effects(space, &count);
                const double before = first.of(effects).value;
                const double after = second.of(effects).value;
                if (before > 0) growth = std::max(growth, after / before);
            }
            const Estimate extra = excess(evidence.price, first, second, growth);
            if (!(extra.low > evidence.tie)) continue;

            Insight insight;
            insight.kind = Insight::Kind::unfriendly;
            insight.driver = Insight::Driver::price;
            insight.subject = fmt::format("{} {:g}", name, values[i]);
            insight.benefit = second.of(evidence.benefit);
            insight.price = second.of(evidence.price);
            insight.rate = quotient(insight.benefit, insight.price);
            int worst = 0;
            double most = -INFINITY;
            for (int u = 0; u < static_cast<int>(space.units.size()); ++u) {
                const double here =
                    excess(evidence.price, Step(space, axis, values[i - 2], values[i - 1], u),
                           Step(space, axis, values[i - 1], values[i], u), growth)
                        .value;
                if (here > most) {
                    most = here;
                    worst = u;
                }
            }
            insight.reason = fmt::format(
                "costs {} in excess of what its counts explain (which grow {:.3g} times as much as "
                "from {:g} to {:g}), most in unit {} ({} {}); instead of {:g} it brings {} for {}: "
                "{}, the going rate is {:.3g}",
                text_of(extra, unit), growth, values[i - 2], values[i - 1], worst + 1,
                fmt::format("{:.3g}", most), unit, values[i - 1],
                text_of(insight.benefit, evidence.benefit_profile.metric.unit),
                text_of(insight.price, unit), text_of(insight.rate, rate_unit(evidence)),
                evidence.going_rate);
            const bool poor = insight.rate.high < evidence.poor_rate();
            const bool looks_poor = insight.rate.value < evidence.poor_rate();
            insight.status = poor         ? Insight::Status::applied
                             : looks_poor ? Insight::Status::refused
                                          : Insight::Status::observed;
            DesignSpace without = space;
            for (const auto& p : second.to) {
                const Cut cut{Cut::What::block, p.unit, p.layer, p.block, 0, {}, {}};
                const bool known =
                    std::any_of(insight.cuts.begin(), insight.cuts.end(), [&](const Cut& c) {
                        return c.unit == p.unit && c.layer == p.layer && c.option == p.block;
                    });
                if (known) continue;  // another width
                if (looks_poor) insight.cuts.push_back(cut);
                remove(without, cut);
                if (poor) remove(left, cut);
            }
            if (looks_poor) {
                insight.removed =
                    1 - std::pow(10, size(without).log10_total - size(space).log10_total);
            }
            insights.push_back(std::move(insight));
        }
    }
    // replacements among what is left after all of it
    for (auto& insight : insights) {
        Insight copy = insight;
        complete(evidence, left, copy);
        insight.cuts = std::move(copy.cuts);
    }
    return insights;
}

}  // namespace blockscope
