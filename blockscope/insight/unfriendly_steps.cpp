#include <set>
#include <tuple>

#include <fmt/format.h>

#include "blockscope/insight/count_excess.hpp"
#include "blockscope/insight/evidence.hpp"

namespace blockscope {
namespace {

/// "unit 5 (1.78 ms)": where the excess is largest.
std::string worst_unit(const Evidence& evidence, const CountExcess& step) {
    int worst = -1;
    double most = 0;
    for (int u = 0; u < static_cast<int>(evidence.space.units.size()); ++u) {
        const double here = step.excess_in(evidence.space, evidence.price, u).value;
        if (worst >= 0 && !(here > most)) continue;
        worst = u;
        most = here;
    }
    return fmt::format("unit {} ({:.3g} {})", worst + 1, most, evidence.price_profile->metric.unit);
}

std::vector<Cut> cuts_of(const DesignSpace& space, const CountExcess& step) {
    std::vector<Cut> cuts;
    std::set<std::tuple<int, int, int>> known;  // of another width already
    for (const auto& p : upper_ends(space, step)) {
        if (!known.insert({p.unit, p.layer, p.block}).second) continue;
        cuts.push_back({Cut::What::block, p.unit, p.layer, p.block, 0, {}, {}});
    }
    return cuts;
}

Insight insight_of(const Evidence& evidence, const CountExcess& step) {
    const std::string unit = evidence.price_profile->metric.unit;
    Insight insight;
    insight.kind = Insight::Kind::unfriendly;
    insight.driver = Insight::Driver::price;
    insight.subject = fmt::format("{} {:g}", to_string(step.axis), step.third);
    insight.benefit = step_effect(evidence.space, step, evidence.benefit);
    insight.price = step.step;
    insight.rate = quotient(insight.benefit, insight.price);
    insight.status = insight.rate.high < evidence.poor_rate()    ? Insight::Status::applied
                     : insight.rate.value < evidence.poor_rate() ? Insight::Status::refused
                                                                 : Insight::Status::observed;
    insight.reason = fmt::format(
        "costs {} in excess of what its counts explain (which grow {:.3g} times as much as from "
        "{:g} to {:g}), most in {}; instead of {:g} it brings {} for {}: {}, the going rate is "
        "{:.3g}",
        text_of(step.excess, unit), step.growth, step.first, step.second,
        worst_unit(evidence, step), step.second,
        text_of(insight.benefit, evidence.benefit_profile.metric.unit),
        text_of(insight.price, unit), text_of(insight.rate, rate_unit(evidence)),
        evidence.going_rate);
    return insight;
}

}  // namespace

std::vector<Insight> unfriendly_steps(const Evidence& evidence, DesignSpace& left) {
    std::vector<Insight> insights;
    if (!evidence.priced()) return insights;
    for (const auto& step : count_excesses(evidence.space, *evidence.price_profile)) {
        if (!step.unfriendly) continue;
        Insight insight = insight_of(evidence, step);
        if (insight.status != Insight::Status::observed) {
            insight.cuts = cuts_of(evidence.space, step);
        }
        if (insight.status == Insight::Status::applied) {
            for (const auto& cut : insight.cuts) remove(left, cut);
        }
        insights.push_back(std::move(insight));
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
