#include "blockscope/stats/proportion.hpp"

#include <algorithm>
#include <cmath>

#include "blockscope/stats/distributions.hpp"

namespace blockscope {
namespace {

double log_factorial(std::size_t n) {
    int sign = 0;  // std::lgamma keeps it in a global variable
    return ::lgamma_r(static_cast<double>(n) + 1, &sign);
}

double log_choose(std::size_t n, std::size_t k) {
    return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
}

/// The probability of at most `successes` in `drawn` of `all` that hold `good` successes.
double probability_of_at_most(std::size_t successes, std::size_t drawn, std::size_t all,
                              std::size_t good) {
    const std::size_t bad = all - good;
    if (successes >= std::min(drawn, good)) return 1;
    if (drawn - successes > bad) return 0;
    const auto number = [](std::size_t n) { return static_cast<double>(n); };
    double term = std::exp(log_choose(good, successes) + log_choose(bad, drawn - successes) -
                           log_choose(all, drawn));
    double sum = term;
    for (std::size_t x = successes; x > 0 && drawn - x < bad; --x) {  // terms fall from the mode on
        term *=
            number(x) / number(good - x + 1) * number(bad - (drawn - x)) / number(drawn - x + 1);
        sum += term;
        if (term < sum * 1e-17) break;
    }
    return std::min(sum, 1.0);
}

}  // namespace

Estimate proportion(std::size_t successes, std::size_t n, double level) {
    const auto trials = static_cast<double>(n);
    const double share = static_cast<double>(successes) / trials;
    const double z = normal_quantile(0.5 + level / 2);
    const double shrink = 1 + z * z / trials;
    const double centre = (share + z * z / (2 * trials)) / shrink;
    const double half =
        z * std::sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / shrink;
    // exactly 0 and 1 at the ends, where rounding would leave the bounds beside them
    return {share, successes == 0 ? 0.0 : centre - half, successes == n ? 1.0 : centre + half};
}

std::size_t most_successes(std::size_t successes, std::size_t drawn, std::size_t all,
                           double error) {
    std::size_t possible = successes;
    std::size_t too_many = all - (drawn - successes) + 1;
    while (too_many - possible > 1) {
        const std::size_t middle = possible + (too_many - possible) / 2;
        const bool can_be = probability_of_at_most(successes, drawn, all, middle) > error;
        (can_be ? possible : too_many) = middle;
    }
    return possible;
}

}  // namespace blockscope
