#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "blockscope/insight/evidence.hpp"

namespace blockscope {
namespace {

std::string listed(const std::vector<int>& units) {
    std::string text = units.size() == 1 ? "unit " : "units ";
    for (std::size_t i = 0; i < units.size(); ++i) {
        if (i > 0) text += i + 1 == units.size() ? " and " : ", ";
        text += std::to_string(units[i] + 1);
    }
    return text;
}

}  // namespace

std::vector<Insight> poor_buys(const Evidence& evidence, DesignSpace& left) {
    std::vector<Insight> insights;
    if (!evidence.priced() || evidence.going_rate <= 0) return insights;
    for (int u = 0; u < static_cast<int>(evidence.space.units.size()); ++u) {
        const auto depths = allowed(evidence.space.units[u].depths);
        for (std::size_t i = 1; i < depths.size(); ++i) {
            const Estimate benefit = evidence.benefit.depth_step(u, depths[i]);
            const Estimate price = evidence.price.depth_step(u, depths[i]);
            const Estimate rate = quotient(benefit, price);
            if (!(price.low > 0) || !(rate.value < evidence.poor_rate())) continue;
            Insight insight;
            insight.kind = Insight::Kind::poor_buy;
            insight.driver = Insight::Driver::price;
            insight.status = rate.high < evidence.poor_rate() ? Insight::Status::applied
                                                              : Insight::Status::refused;
            insight.subject = fmt::format("depth {}{} of unit {}", depths[i],
                                          i + 1 < depths.size() ? " and more" : "", u + 1);
            for (std::size_t k = i; k < depths.size(); ++k) {
                insight.cuts.push_back({Cut::What::depth, u, 0, depths[k], 0, {}, {}});
            }
            if (insight.status == Insight::Status::applied) {
                for (const auto& cut : insight.cuts) remove(left, cut);
            }
            complete(evidence, left, insight);
            insight.driver = Insight::Driver::price;
            insight.benefit = benefit;
            insight.price = price;
            insight.rate = rate;
            insight.reason =
                fmt::format("the step to it brings {} for {}: {}, the going rate is {:.3g}",
                            text_of(benefit, evidence.benefit_profile.metric.unit),
                            text_of(price, evidence.price_profile->metric.unit),
                            text_of(rate, rate_unit(evidence)), evidence.going_rate);
            if (insight.status == Insight::Status::refused) {
                insight.reason += "; the evidence does not carry the cut";
            }
            insights.push_back(std::move(insight));
            break;
        }
    }
    return insights;
}

std::vector<Insight> costliest_layers(const Evidence& evidence) {
    std::vector<Insight> insights;
    if (!evidence.priced()) return insights;
    // by the response of the last layer's location, averaged over blocks: all networks take part in
    // it, so it is known better than the step from the layer before
    struct Last {
        int unit = 0;
        int depth = 0;
        Estimate price;
    };
    std::vector<Last> last;
    for (int u = 0; u < static_cast<int>(evidence.space.units.size()); ++u) {
        const auto depths = allowed(evidence.space.units[u].depths);
        if (depths.size() < 2) continue;
        const Estimate price = evidence.price.depth(u, depths.back());
        if (!std::isnan(price.value)) last.push_back({u, depths.back(), price});
    }
    std::sort(last.begin(), last.end(),
              [](const Last& a, const Last& b) { return a.price.value > b.price.value; });
    // the widest distance between neighbours that all of either side are told apart over
    std::size_t split = 0;
    double widest = 0;
    for (std::size_t k = 1; k < last.size(); ++k) {
        bool apart = true;
        for (std::size_t i = 0; i < k; ++i) {
            for (std::size_t j = k; j < last.size(); ++j) {
                apart = apart && difference_of_independent(last[i].price, last[j].price).low > 0;
            }
        }
        const double distance = last[k - 1].price.value - last[k].price.value;
        if (apart && distance > widest) {
            widest = distance;
            split = k;
        }
    }
    if (split == 0) return insights;
    const auto units = [&](std::size_t begin, std::size_t end) {
        std::vector<int> list;
        for (std::size_t i = begin; i < end; ++i) list.push_back(last[i].unit);
        std::sort(list.begin(), list.end());
        return list;
    };
    Insight insight;
    insight.kind = Insight::Kind::costliest;
    insight.status = Insight::Status::observed;
    insight.driver = Insight::Driver::price;
    insight.subject = "last layers of " + listed(units(0, split));
    const std::string unit = evidence.price_profile->metric.unit;
    std::string each;
    for (const auto& l : last) {
        const auto depths = allowed(evidence.space.units[l.unit].depths);
        const Estimate rate = quotient(evidence.benefit.depth_step(l.unit, depths.back()), l.price);
        each += fmt::format("{}unit {} {} at {}", each.empty() ? "" : ", ", l.unit + 1,
                            text_of(l.price, unit), text_of(rate, rate_unit(evidence)));
    }
    insight.reason = fmt::format(
        "networks with them cost most, told apart from those of {}; above "
        "the mean, and the exchange rate of the layer: {}",
        listed(units(split, last.size())), each);
    for (std::size_t i = 0; i < split; ++i) {
        const int u = last[i].unit;
        const auto depths = allowed(evidence.space.units[u].depths);
        insight.cuts.push_back({Cut::What::depth, u, 0, depths.back(), depths[depths.size() - 2],
                                evidence.benefit.depth_step(u, depths.back()),
                                evidence.price.depth_step(u, depths.back())});
    }
    insights.push_back(std::move(insight));
    return insights;
}

}  // namespace blockscope
