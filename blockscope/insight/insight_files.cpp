#include "blockscope/insight/insight_files.hpp"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/text.hpp"
#include "blockscope/insight/count_excess.hpp"
#include "blockscope/insight/evidence.hpp"

namespace blockscope {
namespace {

using Json = nlohmann::ordered_json;

Json json(double v) { return std::isfinite(v) ? Json(v) : Json(); }

Json json(const Estimate& e) {
    return {{"value", json(e.value)}, {"low", json(e.low)}, {"high", json(e.high)}};
}

Json json(const Profile& p) {
    return {{"metric", p.metric.name},
            {"unit_of_measure", p.metric.unit},
            {"source", p.metric.source},
            {"resolutions", p.resolutions},
            {"protocol", to_string(p.options.protocol)},
            {"estimator", p.estimator},
            {"level", p.options.level},
            {"evaluations", p.evaluations},
            {"mean", json(p.base)},
            {"notes", p.notes}};
}

std::string option_name(const DesignSpace& space, const Cut& cut, int option) {
    switch (cut.what) {
        case Cut::What::depth:
            return fmt::format("depth {}", option);
        case Cut::What::width:
            return fmt::format("width {:g}", space.units[cut.unit].width_ratios[option]);
        case Cut::What::block:
            break;
    }
    return space.blocks[option].name;
}

Json json(const DesignSpace& space, const Insight& insight) {
    Json j{{"kind", to_string(insight.kind)},
           {"status", to_string(insight.status)},
           {"driver",
            insight.driver == Insight::Driver::none ? Json() : Json(to_string(insight.driver))},
           {"subject", insight.subject},
           {"reason", insight.reason},
           {"benefit", json(insight.benefit)},
           {"price", json(insight.price)},
           {"rate", json(insight.rate)},
           {"removed_share", insight.removed},
           {"places", Json::array()}};
    for (const auto& cut : insight.cuts) {
        Json place{{"unit", cut.unit + 1}};
        if (cut.what == Cut::What::block) place["layer"] = cut.layer + 1;
        place["option"] = option_name(space, cut, cut.option);
        place["replacement"] = option_name(space, cut, cut.replacement);
        place["benefit"] = json(cut.benefit);
        place["price"] = json(cut.price);
        j["places"].push_back(std::move(place));
    }
    return j;
}

std::string interval(const Estimate& e) {
    if (std::isnan(e.value)) return "free";
    if (e.low == e.high) return significant(e.value, 3);
    return fmt::format("{} ({} to {})", significant(e.value, 3), significant(e.low, 3),
                       significant(e.high, 3));
}

std::string per_cent(double share) {
    if (share > 0.995 && share < 1) return "all but " + significant(100 * (1 - share), 2) + " %";
    return significant(100 * share, 3) + " %";
}

std::string basis(const Profile& p) {
    return p.estimator == "exact" ? "exact"
                                  : fmt::format("{}, {} networks", p.estimator, p.evaluations);
}

void add_purchases(std::string& text, const PruningReport& report) {
    const auto& purchases = report.pruning.purchases;
    if (purchases.empty()) return;
    text += fmt::format("What steps buy, best first; the going rate (median) is {} {}/{}\n",
                        significant(report.pruning.going_rate, 3), report.benefit.metric.unit,
                        report.price->metric.unit);
    text += fmt::format("  {:<26}  {:>28}  {:>28}  {:>28}\n", "step",
                        "benefit [" + report.benefit.metric.unit + "]",
                        "price [" + report.price->metric.unit + "]", "rate");
    for (const auto& p : purchases) {
        text += fmt::format("  {:<26}  {:>28}  {:>28}  {:>28}\n", p.step, interval(p.benefit),
                            interval(p.price), interval(p.rate));
    }
    text += "\n";
}

void add_excesses(std::string& text, const PruningReport& report) {
    if (report.price == nullptr) return;
    const auto steps = count_excesses(report.space, *report.price);
    if (steps.empty()) return;
    const std::string unit = "[" + report.price->metric.unit + "]";
    text +=
        "What steps cost beyond their counts (MACs, parameters or bytes, whichever grows most)\n";
    text += fmt::format("  {:<26}  {:>28}  {:>28}  {:>28}\n", "step", "price " + unit,
                        "the step before, grown " + unit, "in excess " + unit);
    for (const auto& s : steps) {
        const Estimate grown{s.growth * s.step_before.value, s.growth * s.step_before.low,
                             s.growth * s.step_before.high};
        text += fmt::format("  {:<26}  {:>28}  {:>28}  {:>28}  {}\n",
                            fmt::format("{} {:g} to {:g}", to_string(s.axis), s.second, s.third),
                            interval(s.step), interval(grown), interval(s.excess),
                            s.unfriendly ? "unfriendly" : "explained, as far as can be told");
    }
    text += "\n";
}

Json json(const CountExcess& s) {
    return {{"axis", to_string(s.axis)},          {"values", {s.first, s.second, s.third}},
            {"step_before", json(s.step_before)}, {"step", json(s.step)},
            {"growth_of_counts", s.growth},       {"excess", json(s.excess)},
            {"unfriendly", s.unfriendly}};
}

}  // namespace

std::string rationale(const PruningReport& report) {
    const Pruning& pruning = report.pruning;
    const Profile& benefit = report.benefit;
    std::string text = fmt::format("{}: keeps {} ({}; {})", report.space.name, benefit.metric.name,
                                   benefit.metric.unit, basis(benefit));
    if (report.price != nullptr) {
        text += fmt::format(", reduces {} ({}; {})", report.price->metric.name,
                            report.price->metric.unit, basis(*report.price));
    }
    text += fmt::format(
        "\nprotocol {}, {:g} % bounds that hold for all options of a metric at once, strength "
        "{:g}, "
        "tolerance {} {}{}\n\n",
        to_string(benefit.options.protocol), 100 * benefit.options.level, report.options.strength,
        significant(pruning.tolerance, 3), benefit.metric.unit,
        pruning.interaction_known ? "" : " (no share of interactions known: 5 % assumed)");
    add_purchases(text, report);
    add_excesses(text, report);
    for (const auto status :
         {Insight::Status::applied, Insight::Status::observed, Insight::Status::refused}) {
        bool first = true;
        for (const auto& insight : pruning.insights) {
            if (insight.status != status) continue;
            if (first) {
                text += status == Insight::Status::applied
                            ? fmt::format("Applied, removing {} of 10^{:.1f} architectures\n",
                                          per_cent(pruning.removed), size(report.space).log10_total)
                        : status == Insight::Status::observed ? std::string("Observed\n")
                                                              : std::string("Refused\n");
            }
            first = false;
            text += fmt::format("  {:<12}{}", to_string(insight.kind), insight.subject);
            if (insight.status == Insight::Status::applied && insight.removed > 0) {
                const bool for_price = insight.driver == Insight::Driver::price;
                text += fmt::format(
                    " [{} of the space, for {}]", per_cent(insight.removed),
                    short_name(for_price ? report.price->metric : report.benefit.metric));
            }
            text += fmt::format("\n      {}\n", insight.reason);
        }
        if (!first) text += "\n";
    }
    return text;
}

std::string insights_json(const PruningReport& report) {
    const Pruning& pruning = report.pruning;
    Json document{{"schema", "blockscope insights 1"},
                  {"space",
                   {{"name", report.space.name},
                    {"fingerprint", report.space.fingerprint()},
                    {"architectures", size(report.space).total}}},
                  {"restricted",
                   {{"name", pruning.space.name},
                    {"fingerprint", pruning.space.fingerprint()},
                    {"architectures", size(pruning.space).total},
                    {"removed_share", pruning.removed},
                    {"mutation", pruning.space.mutation}}}};
    for (const auto& [key, value] : report.provenance) document["provenance"][key] = value;
    document["keep"] = json(report.benefit);
    document["reduce"] = report.price == nullptr ? Json() : json(*report.price);
    document["strength"] = report.options.strength;
    document["tolerance"] = json(pruning.tolerance);
    document["interaction_known"] = pruning.interaction_known;
    document["tie"] = pruning.tie;
    document["going_rate"] = pruning.going_rate;
    document["exchange_rates"] = Json::array();
    for (const auto& p : pruning.purchases) {
        document["exchange_rates"].push_back({{"step", p.step},
                                              {"benefit", json(p.benefit)},
                                              {"price", json(p.price)},
                                              {"rate", json(p.rate)}});
    }
    document["against_counts"] = Json::array();
    if (report.price != nullptr) {
        for (const auto& step : count_excesses(report.space, *report.price)) {
            document["against_counts"].push_back(json(step));
        }
    }
    document["insights"] = Json::array();
    for (const auto& insight : pruning.insights) {
        document["insights"].push_back(json(report.space, insight));
    }
    return document.dump(1) + "\n";
}

}  // namespace blockscope
