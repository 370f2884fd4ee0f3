#pragma once

#include <string>
#include <vector>

#include "blockscope/insight/option_effects.hpp"

namespace blockscope {

/// What the rules go by.
struct Evidence {
    const DesignSpace& space;  ///< as profiled
    const Profile& benefit_profile;
    const Profile* price_profile = nullptr;  ///< null: no price
    double strength = 0.5;
    OptionEffects benefit, price;
    std::vector<Choice> choices;
    std::vector<Purchase> purchases;  ///< best rate first
    double going_rate = 0;
    bool interaction_known = false;
    double context = 0;    ///< standard deviation of an option's benefit over contexts
    double tolerance = 0;  ///< of benefit
    double tie = 0;        ///< of price

    bool priced() const { return price_profile != nullptr; }
    /// Below this rate a step is a poor buy.
    double poor_rate() const { return strength / 5 * going_rate; }
};

/// Throws Error for profiles that cannot be used.
Evidence evidence_of(const DesignSpace& space, const Profile& benefit, const Profile* price,
                     double strength);

/// Everything that goes up one step: depths and widths unit by unit, kernels and expansions as
/// means over all locations. Best rate first; free steps before all.
std::vector<Purchase> purchases_of(const DesignSpace& space, const OptionEffects& benefit,
                                   const OptionEffects& price);

/// The rules. `left` is what is left of the space so far; each rule cuts from it.
std::vector<Insight> unfriendly_steps(const Evidence& evidence, DesignSpace& left);
std::vector<Insight> poor_buys(const Evidence& evidence, DesignSpace& left);
std::vector<Insight> indifferent_choices(const Evidence& evidence, DesignSpace& left);
std::vector<Insight> off_front(const Evidence& evidence, DesignSpace& left);
/// Observations.
std::vector<Insight> costliest_layers(const Evidence& evidence);
/// Sets left.mutation.
std::vector<Insight> focus(const Evidence& evidence, DesignSpace& left);

/// What the rules share.

/// True if the option is (still) allowed in `space`.
bool has_option(const DesignSpace& space, const Choice& choice, int option);
void remove(DesignSpace& space, const Cut& cut);
/// Fills replacements: of the options left, the one that is worth most at the going rate; then the
/// insight's benefit, price, rate, driver and removed.
void complete(const Evidence& evidence, const DesignSpace& left, Insight& insight);

/// "0.031 % (0.02 to 0.04)".
std::string text_of(const Estimate& e, const std::string& unit);
/// The same with a sign in front.
std::string signed_text(const Estimate& e, const std::string& unit);
std::string rate_unit(const Evidence& evidence);
/// A metric's name without the folders and the ending of its file: "ofa_mbv3_accuracy_gnn".
std::string short_name(const MetricInfo& metric);
/// "units 1 and 3", "U2-L3", "everywhere" for the locations of block cuts.
std::string places_of(const DesignSpace& space, const std::vector<Cut>& cuts);

}  // namespace blockscope
