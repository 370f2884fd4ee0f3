#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "blockscope/insight/evidence.hpp"

namespace blockscope {
namespace {

// Searches that change about one unit at a time found fronts as good as with the paper's 0.5 for
// each unit, or better (docs/insights.md).
constexpr double mean_rate = 0.1;
constexpr double least_rate = 0.02;
constexpr double most_rate = 0.5;
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Variance of the benefit over a choice's options that are left, present or not.
double variance_left(const Choice& choice, const DesignSpace& left) {
    double sum = 0;
    double squares = 0;
    double n = 0;
    for (const auto& option : choice.options) {
        if (!has_option(left, choice, option.index) || std::isnan(option.benefit.value)) continue;
        sum += option.benefit.value;
        squares += option.benefit.value * option.benefit.value;
        ++n;
    }
    return n > 0 ? choice.present * std::max(0.0, squares / n - sum * sum / (n * n)) : 0;
}

}  // namespace

std::vector<Insight> indifferent_choices(const Evidence& evidence, DesignSpace& left) {
    std::vector<Insight> insights;
    if (!evidence.priced() || evidence.strength <= 0) return insights;
    const double limit = evidence.strength / 2 * evidence.context +
                         1e-12 * std::abs(evidence.benefit_profile.base.value);
    for (const auto& choice : evidence.choices) {
        const Option* cheapest = nullptr;
        const Option* dearest = nullptr;
        double most = -infinity;
        double least = infinity;
        int count = 0;
        for (const auto& option : choice.options) {
            if (!has_option(left, choice, option.index)) continue;
            ++count;
            if (cheapest == nullptr || option.price.value < cheapest->price.value) {
                cheapest = &option;
            }
            if (dearest == nullptr || option.price.value > dearest->price.value) dearest = &option;
            if (std::isnan(option.benefit.value)) most = infinity;  // nothing can be said
            most = std::max(most, option.benefit.high);
            least = std::min(least, option.benefit.low);
        }
        if (count < 2 || !(most - least <= limit) ||
            !(dearest->price.low - cheapest->price.high > evidence.tie)) {
            continue;
        }
        Insight insight;
        insight.kind = Insight::Kind::indifferent;
        for (const auto& option : choice.options) {
            if (&option == cheapest || !has_option(left, choice, option.index)) continue;
            insight.cuts.push_back(
                {choice.what, choice.unit, choice.layer, option.index, 0, {}, {}});
        }
        for (const auto& cut : insight.cuts) remove(left, cut);
        complete(evidence, left, insight);
        insight.driver = Insight::Driver::price;
        insight.subject = choice.what == Cut::What::depth
                              ? fmt::format("depth of unit {}", choice.unit + 1)
                          : choice.what == Cut::What::width
                              ? fmt::format("width of unit {}", choice.unit + 1)
                              : fmt::format("block of U{}-L{}", choice.unit + 1, choice.layer + 1);
        insight.reason = fmt::format(
            "does not matter for {0}; the cheapest option stays, which changes {0} by {1} and {2} "
            "by "
            "{3}, on average of {4} others",
            short_name(evidence.benefit_profile.metric),
            signed_text(insight.benefit, evidence.benefit_profile.metric.unit),
            short_name(evidence.price_profile->metric),
            signed_text(insight.price, evidence.price_profile->metric.unit), insight.cuts.size());
        insights.push_back(std::move(insight));
    }
    return insights;
}

std::vector<Insight> focus(const Evidence& evidence, DesignSpace& left) {
    const std::size_t units = left.units.size();
    std::vector<double> deviation(units, 0);
    for (const auto& choice : evidence.choices) {
        deviation[choice.unit] += variance_left(choice, left);
    }
    double sum = 0;
    for (double& d : deviation) {
        d = std::sqrt(d);
        sum += d;
    }
    if (!(sum > 0)) return {};
    Insight insight;
    insight.kind = Insight::Kind::focus;
    insight.status = Insight::Status::applied;
    left.mutation.clear();
    std::string each;
    for (std::size_t u = 0; u < units; ++u) {
        const double rate = mean_rate * static_cast<double>(units) * deviation[u] / sum;
        left.mutation.push_back(std::round(1000 * std::clamp(rate, least_rate, most_rate)) / 1000);
        each +=
            fmt::format("{}unit {} {:.3g} (deviation {:.3g} {})", each.empty() ? "" : ", ", u + 1,
                        left.mutation.back(), deviation[u], evidence.benefit_profile.metric.unit);
    }
    const auto most = std::max_element(deviation.begin(), deviation.end()) - deviation.begin();
    insight.subject = fmt::format("unit {} matters most", most + 1);
    insight.reason =
        fmt::format("a search changes units as often as what is left to choose there moves {}: {}",
                    short_name(evidence.benefit_profile.metric), each);
    return {insight};
}

}  // namespace blockscope
