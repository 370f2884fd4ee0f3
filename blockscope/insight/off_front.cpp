#include <cmath>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "blockscope/insight/envelope.hpp"
#include "blockscope/insight/evidence.hpp"

namespace blockscope {
namespace {

/// Of a location's own half-width, what is held against an option that pooled evidence speaks
/// against. Bounds hold for all options at once and are about twice as wide as those of one; half
/// of them had a wrong cut in up to one run of nine, where one of 20 is promised
/// (docs/insights.md).
constexpr double own_share = 0.8;

/// Options of a choice that may go, by position, as pooled evidence has it.
using Marks = std::vector<char>;

/// The option farthest below the envelope of the others goes first, until none is surely below.
Marks surely_below(const Evidence& evidence, const std::vector<Option>& options) {
    Marks out(options.size(), 0);
    while (true) {
        double most = evidence.tolerance;
        std::size_t worst = options.size();
        for (std::size_t i = 0; i < options.size(); ++i) {
            if (out[i] != 0) continue;
            const double g = gap(options, out, i, evidence.tie, evidence.going_rate).low;
            if (g > most) {
                most = g;
                worst = i;
            }
        }
        if (worst == options.size()) return out;
        out[worst] = 1;
    }
}

/// Blocks that lie surely below the envelope on average over a unit (over the network: unit -1).
/// index: block.
Marks pooled_marks(const Evidence& evidence, int unit) {
    const DesignSpace& space = evidence.space;
    std::vector<Option> options;
    for (int b = 0; b < static_cast<int>(space.blocks.size()); ++b) {
        std::vector<Placement> members;
        for (const auto& p : placements(space)) {
            if (p.block == b && (unit < 0 || p.unit == unit)) members.push_back(p);
        }
        if (members.empty()) continue;
        options.push_back({b, evidence.benefit.mean(members), evidence.price.mean(members)});
    }
    const Marks out = surely_below(evidence, options);
    Marks marks(space.blocks.size(), 0);
    for (std::size_t i = 0; i < options.size(); ++i) marks[options[i].index] = out[i];
    return marks;
}

struct Verdict {
    std::vector<int> cut, refused;  ///< options
};

/// What looks below the envelope goes if the evidence of its own carries it; or if pooled evidence
/// does, and its own alone, not held against that of all others, agrees.
Verdict judge(const Evidence& evidence, const Choice& choice, const DesignSpace& left,
              const std::vector<const Marks*>& pooled) {
    const auto& options = choice.options;
    Marks out(options.size(), 0);
    for (std::size_t i = 0; i < options.size(); ++i) {
        out[i] = has_option(left, choice, options[i].index) ? 0 : 1;
    }
    const auto below = [&](std::size_t i) {
        return gap(options, out, i, evidence.tie, evidence.going_rate);
    };
    Verdict verdict;
    while (true) {
        double most = evidence.tolerance;
        std::size_t worst = options.size();
        for (std::size_t i = 0; i < options.size(); ++i) {
            if (out[i] != 0) continue;
            const Estimate g = below(i);
            if (!(g.value > most)) continue;
            bool carried = g.low > evidence.tolerance;
            const bool agrees = (1 - own_share) * g.value + own_share * g.low > evidence.tolerance;
            for (const Marks* marks : pooled) {
                carried = carried || (agrees && (*marks)[options[i].index] != 0);
            }
            if (!carried) continue;
            most = g.value;
            worst = i;
        }
        if (worst == options.size()) break;
        out[worst] = 1;
        verdict.cut.push_back(options[worst].index);
    }
    for (std::size_t i = 0; i < options.size(); ++i) {
        if (out[i] == 0 && below(i).value > evidence.tolerance)
            verdict.refused.push_back(options[i].index);
    }
    return verdict;
}

std::string subject_of(const DesignSpace& space, const std::vector<Cut>& cuts) {
    const Cut& first = cuts.front();
    const Unit& unit = space.units[first.unit];
    switch (first.what) {
        case Cut::What::depth:
            return fmt::format("depth {} of unit {}", first.option, first.unit + 1);
        case Cut::What::width:
            return fmt::format("width {:g} of unit {}", unit.width_ratios[first.option],
                               first.unit + 1);
        case Cut::What::block:
            break;
    }
    return space.blocks[first.option].name + " " + places_of(space, cuts);
}

void explain_cut(const Evidence& evidence, Insight& insight) {
    const auto& benefit = evidence.benefit_profile.metric;
    std::string what = fmt::format("what replaces it changes {} by {}", short_name(benefit),
                                   signed_text(insight.benefit, benefit.unit));
    if (evidence.priced()) {
        const auto& price = evidence.price_profile->metric;
        what +=
            fmt::format(" and {} by {}", short_name(price), signed_text(insight.price, price.unit));
    }
    if (insight.cuts.size() > 1) {
        what += fmt::format(", on average of {} places", insight.cuts.size());
    }
    if (insight.status == Insight::Status::refused) {
        what = "looks off the front (" + what + "), but the evidence does not carry it";
    }
    insight.reason = std::move(what);
}

}  // namespace

std::vector<Insight> off_front(const Evidence& evidence, DesignSpace& left) {
    const DesignSpace& space = evidence.space;
    const Marks network = pooled_marks(evidence, -1);
    std::vector<Marks> units;
    units.reserve(space.units.size());
    for (int u = 0; u < static_cast<int>(space.units.size()); ++u) {
        units.push_back(pooled_marks(evidence, u));
    }
    std::vector<Cut> cuts;
    std::vector<Cut> refused;
    for (const auto& choice : evidence.choices) {
        std::vector<const Marks*> pooled;
        if (choice.what == Cut::What::block) pooled = {&network, &units[choice.unit]};
        const Verdict verdict = judge(evidence, choice, left, pooled);
        const auto cut = [&](int option) {
            return Cut{choice.what, choice.unit, choice.layer, option, 0, {}, {}};
        };
        for (const int option : verdict.cut) cuts.push_back(cut(option));
        for (const int option : verdict.refused) refused.push_back(cut(option));
    }
    for (const auto& cut : cuts) remove(left, cut);

    // one insight for each block and driver, and for each depth and width
    std::map<std::tuple<Insight::Status, Cut::What, int, int, Insight::Driver>, Insight> insights;
    const auto add = [&](const Cut& cut, Insight::Status status) {
        Insight alone;
        alone.cuts = {cut};
        complete(evidence, left, alone);
        const int unit = cut.what == Cut::What::block ? -1 : cut.unit;
        Insight& insight = insights[{status, cut.what, unit, cut.option, alone.driver}];
        insight.kind = Insight::Kind::off_front;
        insight.status = status;
        insight.cuts.push_back(cut);
    };
    for (const auto& cut : cuts) add(cut, Insight::Status::applied);
    for (const auto& cut : refused) add(cut, Insight::Status::refused);
    std::vector<Insight> result;
    for (auto& [key, insight] : insights) {
        complete(evidence, left, insight);
        insight.driver = std::get<Insight::Driver>(key);
        insight.subject = subject_of(space, insight.cuts);
        explain_cut(evidence, insight);
        result.push_back(std::move(insight));
    }
    return result;
}

}  // namespace blockscope
