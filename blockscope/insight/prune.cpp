#include <algorithm>
#include <cmath>

#include "blockscope/insight/evidence.hpp"

namespace blockscope {
namespace {

/// What an applied insight's cuts gain, in the benefit's unit at the going rate.
double worth(const Evidence& evidence, const Insight& insight) {
    double sum = 0;
    for (const auto& cut : insight.cuts) {
        const double gain = cut.benefit.value - evidence.going_rate * cut.price.value;
        if (gain > 0) sum += gain;
    }
    return sum;
}

}  // namespace

Pruning prune(const DesignSpace& space, const Profile& benefit, const Profile* price,
              const PruneOptions& options) {
    const Evidence evidence = evidence_of(space, benefit, price, options.strength);
    Pruning result;
    result.space = space;
    const auto add = [&](std::vector<Insight> insights) {
        for (auto& insight : insights) result.insights.push_back(std::move(insight));
    };
    // from the whole network down to single places: what a rule leaves, the next one judges
    add(unfriendly_steps(evidence, result.space));
    add(poor_buys(evidence, result.space));
    add(indifferent_choices(evidence, result.space));
    add(off_front(evidence, result.space));
    add(costliest_layers(evidence));
    add(focus(evidence, result.space));
    std::stable_sort(
        result.insights.begin(), result.insights.end(), [&](const Insight& a, const Insight& b) {
            const auto key = [&](const Insight& i) {
                return std::make_pair(
                    i.status != Insight::Status::applied ? static_cast<int>(i.status) + 1 : 0,
                    -worth(evidence, i));
            };
            return key(a) < key(b);
        });
    validate(result.space);
    result.purchases = evidence.purchases;
    result.going_rate = evidence.going_rate;
    result.interaction_known = evidence.interaction_known;
    result.tolerance = evidence.tolerance;
    result.tie = evidence.tie;
    result.removed = 1 - std::pow(10, size(result.space).log10_total - size(space).log10_total);
    return result;
}

std::string_view to_string(Insight::Kind kind) {
    switch (kind) {
        case Insight::Kind::unfriendly:
            return "unfriendly";
        case Insight::Kind::poor_buy:
            return "poor-buy";
        case Insight::Kind::indifferent:
            return "indifferent";
        case Insight::Kind::off_front:
            return "off-front";
        case Insight::Kind::costliest:
            return "costliest";
        case Insight::Kind::focus:
            return "focus";
    }
    return "";
}

std::string_view to_string(Insight::Status status) {
    switch (status) {
        case Insight::Status::applied:
            return "applied";
        case Insight::Status::refused:
            return "refused";
        case Insight::Status::observed:
            return "observed";
    }
    return "";
}

std::string_view to_string(Insight::Driver driver) {
    switch (driver) {
        case Insight::Driver::none:
            return "";
        case Insight::Driver::benefit:
            return "benefit";
        case Insight::Driver::price:
            return "price";
    }
    return "";
}

}  // namespace blockscope
