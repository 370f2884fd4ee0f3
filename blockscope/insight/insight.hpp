#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "blockscope/profile/profile.hpp"

namespace blockscope {

/// From profiles to a smaller space, with evidence. `benefit` is a metric to keep large (accuracy),
/// `price` one to keep small (a latency).
///
/// Every choice of the space (depth of a unit, its width, block of a location) has options, each
/// with an effect on either metric. Networks that make the most of every price take their options
/// from the upper concave envelope of benefit over price: there, and only there, an option is the
/// best for some exchange rate of benefit for price. What lies below the envelope is cut - if it
/// does so by more than a tolerance with every effect taken at the bound of its simultaneous
/// interval that speaks for the option. Steps to a kernel, or a further layer, that bring next to
/// nothing for their price (compared with what the price buys elsewhere) are cut too. What only
/// looks so is refused, and said to be.

/// Something a restricted space does without.
struct Cut {
    enum class What : std::uint8_t { depth, width, block };
    What what = What::block;
    int unit = 0;         ///< all counted from 0
    int layer = 0;        ///< blocks only
    int option = 0;       ///< the depth, width option or block that goes
    int replacement = 0;  ///< the option that stays and makes up for it best
    Estimate benefit;     ///< of the replacement minus that of the cut, in the metrics' units
    Estimate price;
};

/// What is known of a part of the space, with its evidence.
struct Insight {
    enum class Kind : std::uint8_t {
        unfriendly,   ///< a kernel or expansion that costs more than its MACs and bytes explain
        poor_buy,     ///< layers that bring next to nothing for their price
        indifferent,  ///< a choice that does not matter for the benefit: the cheapest stays
        off_front,    ///< options below the envelope
        costliest,    ///< which units' last layers cost most; cuts nothing
        focus         ///< where choices matter most: the search's mutation probabilities
    };
    enum class Status : std::uint8_t { applied, refused, observed };
    enum class Driver : std::uint8_t { none, benefit, price };

    Kind kind = Kind::off_front;
    Status status = Status::applied;
    Driver driver = Driver::none;  ///< which metric the replacement mostly wins
    std::string subject;           ///< "MBConv3-7 everywhere", "depth 4 of unit 1"
    std::string reason;            ///< one sentence, numbers with units
    std::vector<Cut> cuts;         ///< refused: those that were not made
    Estimate benefit;              ///< mean over the cuts, see Cut; of a step: what it brings
    Estimate price;                ///< likewise
    Estimate rate;                 ///< benefit per price between them; NaN: the price is about 0
    double removed = 0;            ///< share of the space that goes if this is all that is cut
};

/// A step up: what one more layer, a larger kernel or expansion, or a wider unit brings and costs.
struct Purchase {
    enum class What : std::uint8_t { depth, width, kernel, expansion };
    What what = What::depth;
    int unit = -1;     ///< -1: mean over all locations
    std::string step;  ///< "layer 4 of unit 2", "kernel 5 to 7"
    Estimate benefit;  ///< simultaneous over all purchases
    Estimate price;
    Estimate rate;  ///< benefit per price; NaN: the price is about 0, the step is free
};

struct PruneOptions {
    /// 0 cuts nothing, 1 all that the evidence carries. The tolerance is (1/strength - 1) / 2 of
    /// what the benefit of a choice varies with the rest of the network (its interactions), a poor
    /// buy one at less than strength / 5 of the going rate.
    double strength = 0.5;
};

struct Pruning {
    std::vector<Insight> insights;    ///< applied ones first, by what they are worth; then the rest
    std::vector<Purchase> purchases;  ///< best exchange rate first
    DesignSpace space;                ///< restricted; with mutation probabilities
    double going_rate = 0;            ///< median of the purchases' rates; 0: none is known
    bool interaction_known = false;   ///< share of the benefit's variance; else 5 % are assumed
    double tolerance = 0;             ///< in the benefit's unit
    double tie = 0;                   ///< prices that differ by less are equal: 0.2 % of the mean
    double removed = 0;               ///< share of the space that went
};

/// price: null for the best benefit at any price; then options are cut that are surely worse than
/// the best by more than the tolerance.
/// Profiles are of `space`, under `definition`, at equal resolutions; depths and cells with bounds.
/// Throws Error where they are not, and for a metric that does not vary.
Pruning prune(const DesignSpace& space, const Profile& benefit, const Profile* price,
              const PruneOptions& options = {});

std::string_view to_string(Insight::Kind kind);      ///< "off-front"
std::string_view to_string(Insight::Status status);  ///< "applied"
std::string_view to_string(Insight::Driver driver);  ///< "benefit"; "" for none

}  // namespace blockscope
