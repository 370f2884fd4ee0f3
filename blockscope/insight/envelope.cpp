#include "blockscope/insight/envelope.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace blockscope {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Below an option of no higher price.
Estimate gap_to_one(const Option& own, const Option& other, double tie, double going_rate) {
    const double error = std::hypot(half_width(own.benefit), half_width(other.benefit));
    const double cheaper = own.price.value + tie - other.price.value;
    const double doubt =
        std::max(0.0, std::hypot(half_width(own.price), half_width(other.price)) - cheaper);
    const double gain = other.benefit.value - own.benefit.value;
    if (doubt > 0 && !(going_rate > 0)) return plus_minus(gain, infinity);  // worth who knows what
    return plus_minus(gain, error + going_rate * doubt);
}

/// Below the line between a cheaper and a dearer option.
Estimate gap_to_line(const Option& own, const Option& cheap, const Option& dear) {
    const double slope =
        (dear.benefit.value - cheap.benefit.value) / (dear.price.value - cheap.price.value);
    const double share =
        (own.price.value - cheap.price.value) / (dear.price.value - cheap.price.value);
    const auto squares = [&](Estimate Option::*effect) {
        const double a = half_width(own.*effect);
        const double b = (1 - share) * half_width(cheap.*effect);
        const double c = share * half_width(dear.*effect);
        return a * a + b * b + c * c;
    };
    const double reached = cheap.benefit.value + share * (dear.benefit.value - cheap.benefit.value);
    return plus_minus(
        reached - own.benefit.value,
        std::sqrt(squares(&Option::benefit) + slope * slope * squares(&Option::price)));
}

}  // namespace

Estimate gap(std::span<const Option> options, std::span<const char> out, std::size_t i, double tie,
             double going_rate) {
    Estimate most = exactly(-infinity);
    const auto there = [&](std::size_t k) {
        return k != i && (out.empty() || out[k] == 0) && !std::isnan(options[k].benefit.value) &&
               !std::isnan(options[k].price.value);
    };
    const auto consider = [&](const Estimate& e) {
        if (e.value > most.value) most = e;
    };
    const double price = options[i].price.value;
    for (std::size_t a = 0; a < options.size(); ++a) {
        if (!there(a) || !(options[a].price.value <= price + tie)) continue;
        consider(gap_to_one(options[i], options[a], tie, going_rate));
        if (!(options[a].price.value < price)) continue;
        for (std::size_t b = 0; b < options.size(); ++b) {
            if (!there(b) || !(options[b].price.value > price)) continue;
            consider(gap_to_line(options[i], options[a], options[b]));
        }
    }
    return most;
}

}  // namespace blockscope
