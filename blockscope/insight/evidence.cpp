#include "blockscope/insight/evidence.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/insight/count_excess.hpp"

namespace blockscope {
namespace {

constexpr double assumed_interaction =
    0.05;  // share of variance; published predictors have 1 to 6 %

void check(const DesignSpace& space, const Profile& p) {
    const auto refuse = [&](const std::string& why) {
        throw Error(fmt::format("the profile of {} {}", p.metric.name, why));
    };
    if (p.cells.size() != placements(space).size()) refuse("is not of " + space.name);
    if (p.options.protocol != Protocol::definition) {
        refuse(
            "is under --protocol published, whose layers 3 and 4 hold the block in a part of the "
            "networks only; pruning needs definition");
    }
    if (p.estimator == "table") {
        refuse("describes the rows of a table, not the space; pruning needs --population space");
    }
}

/// Largest effect of an option, as a share of the mean.
void check_varies(const std::vector<Choice>& choices, Estimate Option::*effect, const Profile& p) {
    double most = 0;
    for (const auto& choice : choices) {
        for (const auto& option : choice.options) {
            const double value = std::abs((option.*effect).value);
            if (value > most) most = value;
        }
    }
    if (!(most > 1e-9 * std::abs(p.base.value))) {
        throw Error(fmt::format("{} is {:.6g} {} whatever is chosen: nothing to prune by",
                                p.metric.name, p.base.value, p.metric.unit));
    }
}

/// Nothing if the profile has no variance shares, or cannot tell interaction from noise.
std::optional<double> interaction_share(const Profile& p) {
    for (const auto& s : p.shares) {
        if (s.factor == "interaction" && !std::isnan(s.share.value)) return s.share.value;
    }
    return std::nullopt;
}

/// Standard deviation, over the rest of the network, of what one choice does: the interaction's
/// variance is shared by all choices alike.
double context_deviation(const std::vector<Choice>& choices, const Profile& p) {
    const double interaction =
        std::clamp(interaction_share(p).value_or(assumed_interaction), 0.0, 0.9);
    double additive = 0;
    for (const auto& choice : choices) {
        double sum = 0;
        double squares = 0;
        double known = 0;
        for (const auto& option : choice.options) {
            if (std::isnan(option.benefit.value)) continue;
            sum += option.benefit.value;
            squares += option.benefit.value * option.benefit.value;
            ++known;
        }
        if (known > 0) {
            additive += choice.present * (squares / known - sum * sum / (known * known));
        }
    }
    return std::sqrt(std::max(0.0, additive) * interaction / (1 - interaction) /
                     static_cast<double>(std::max<std::size_t>(choices.size(), 1)));
}

double going_rate(const std::vector<Purchase>& purchases, double tie) {
    std::vector<double> rates;
    for (const auto& p : purchases) {
        if (p.rate.value > 0 && p.price.value > tie) rates.push_back(p.rate.value);
    }
    if (rates.empty()) return 0;
    std::sort(rates.begin(), rates.end());
    const std::size_t n = rates.size();
    return (rates[(n - 1) / 2] + rates[n / 2]) / 2;
}

}  // namespace

Evidence evidence_of(const DesignSpace& space, const Profile& benefit, const Profile* price,
                     double strength) {
    if (!(strength >= 0) || strength > 1) {
        throw Error(fmt::format("strength {} is not from 0 to 1", strength));
    }
    check(space, benefit);
    if (price != nullptr) {
        check(space, *price);
        if (benefit.resolutions != price->resolutions) {
            throw Error(fmt::format("{} and {} are profiled at different resolutions",
                                    benefit.metric.name, price->metric.name));
        }
        if (benefit.metric.name == price->metric.name) {
            throw Error(fmt::format("{} cannot be kept and reduced at once", benefit.metric.name));
        }
    }
    Evidence evidence{space,
                      benefit,
                      price,
                      strength,
                      OptionEffects(space, &benefit),
                      OptionEffects(space, price),
                      {},
                      {}};
    evidence.choices = choices_of(space, evidence.benefit, evidence.price);
    if (evidence.choices.empty()) throw Error(space.name + " has nothing left to choose");
    check_varies(evidence.choices, &Option::benefit, benefit);
    if (price != nullptr) {
        check_varies(evidence.choices, &Option::price, *price);
        evidence.tie = price_tie_share * std::abs(price->base.value);
        evidence.purchases = purchases_of(space, evidence.benefit, evidence.price);
        evidence.going_rate = going_rate(evidence.purchases, evidence.tie);
    }
    evidence.interaction_known = interaction_share(benefit).has_value();
    evidence.context = context_deviation(evidence.choices, benefit);
    // rounding of sums is no evidence either
    const double rounding = 1e-12 * std::abs(benefit.base.value);
    evidence.tolerance = strength > 0 ? evidence.context * (1 / strength - 1) / 2 + rounding
                                      : std::numeric_limits<double>::infinity();
    return evidence;
}

bool has_option(const DesignSpace& space, const Choice& choice, int option) {
    const Unit& unit = space.units[choice.unit];
    const std::uint64_t bits = choice.what == Cut::What::depth   ? unit.depths
                               : choice.what == Cut::What::width ? unit.widths
                                                                 : unit.blocks[choice.layer];
    return ((bits >> option) & 1) != 0;
}

void remove(DesignSpace& space, const Cut& cut) {
    Unit& unit = space.units[cut.unit];
    std::uint64_t& bits = cut.what == Cut::What::depth   ? unit.depths
                          : cut.what == Cut::What::width ? unit.widths
                                                         : unit.blocks[cut.layer];
    bits &= ~(std::uint64_t{1} << cut.option);
}

namespace {

/// Fills a cut's replacement: of the options left, the one worth most at the going rate.
void replace(const Evidence& evidence, const DesignSpace& left, Cut& cut) {
    const auto choice =
        std::find_if(evidence.choices.begin(), evidence.choices.end(), [&](const Choice& c) {
            return c.what == cut.what && c.unit == cut.unit && c.layer == cut.layer;
        });
    const auto& options = choice->options;
    const auto own = std::find_if(options.begin(), options.end(),
                                  [&](const Option& o) { return o.index == cut.option; });
    double best = -std::numeric_limits<double>::infinity();
    for (const auto& o : options) {
        if (o.index == cut.option || !has_option(left, *choice, o.index)) continue;
        const double worth = o.benefit.value - evidence.going_rate * o.price.value;
        if (!(worth > best)) continue;
        best = worth;
        cut.replacement = o.index;
        cut.benefit = difference_of_independent(o.benefit, own->benefit);
        cut.price = difference_of_independent(o.price, own->price);
    }
}

/// Mean over the cuts of what their replacements have more of.
Estimate mean_gain(const DesignSpace& space, const OptionEffects& effects,
                   const std::vector<Cut>& cuts, Estimate Cut::*of_one) {
    if (cuts.size() == 1) return cuts.front().*of_one;
    std::vector<Placement> gone;
    std::vector<Placement> instead;
    std::vector<Estimate> each;
    for (const auto& cut : cuts) {
        each.push_back(cut.*of_one);
        if (cut.what != Cut::What::block) continue;
        for (const int w : allowed(space.units[cut.unit].widths)) {
            gone.push_back({cut.unit, cut.layer, w, cut.option});
            instead.push_back({cut.unit, cut.layer, w, cut.replacement});
        }
    }
    if (gone.empty()) return mean_of(each);  // several depths of a unit
    return difference_of_independent(effects.mean(instead), effects.mean(gone));
}

}  // namespace

void complete(const Evidence& evidence, const DesignSpace& left, Insight& insight) {
    const DesignSpace& space = evidence.space;
    DesignSpace without = space;
    for (auto& cut : insight.cuts) {
        remove(without, cut);
        replace(evidence, left, cut);
    }
    insight.benefit = mean_gain(space, evidence.benefit, insight.cuts, &Cut::benefit);
    insight.price = mean_gain(space, evidence.price, insight.cuts, &Cut::price);
    insight.rate = quotient(insight.benefit, insight.price);
    // a price that may be the same, or differs by half a per cent of the whole, decides nothing
    const double less = -insight.price.value;
    const bool same_price = !evidence.priced() || std::abs(less) < 2.5 * evidence.tie ||
                            (insight.price.low <= 0 && insight.price.high >= 0);
    insight.driver = same_price || insight.benefit.value > evidence.going_rate * less
                         ? Insight::Driver::benefit
                         : Insight::Driver::price;
    insight.removed = 1 - std::pow(10, size(without).log10_total - size(space).log10_total);
}

}  // namespace blockscope
