#include "blockscope/search/front_noise.hpp"

#include <array>
#include <cmath>

#include "blockscope/base/error.hpp"
#include "blockscope/search/dominance.hpp"
#include "blockscope/stats/distributions.hpp"

namespace blockscope {
namespace {

constexpr std::size_t draws = 512;
constexpr double far_away = 6;  // standard errors; what is beyond does not count
constexpr std::array<int, 10> primes{2, 3, 5, 7, 11, 13, 17, 19, 23, 29};

/// Digits of i in a base, mirrored at the point. Source: Halton, Numerische Mathematik 2 (1960).
double mirrored(std::size_t i, int base) {
    double value = 0;
    double digit = 1.0 / base;
    for (; i > 0; i /= static_cast<std::size_t>(base), digit /= base) {
        value += static_cast<double>(i % static_cast<std::size_t>(base)) * digit;
    }
    return value;
}

/// Standard normal points, `dimensions` numbers each.
std::vector<double> normal_points(std::size_t dimensions) {
    std::vector<double> points(draws * dimensions);
    for (std::size_t i = 0; i < draws; ++i) {
        for (std::size_t k = 0; k < dimensions; ++k) {
            points[i * dimensions + k] = normal_quantile(mirrored(i + 1, primes[k]));
        }
    }
    return points;
}

double below(double z) { return std::erfc(-z / std::sqrt(2.0)) / 2; }

/// Costs and errors of one point; no NaN among the costs.
struct Uncertain {
    std::span<const double> cost, error;

    double error_of(std::size_t k) const { return std::isnan(error[k]) ? 0 : error[k]; }
    bool is_known() const {
        for (const double c : cost) {
            if (std::isnan(c)) return false;
        }
        return true;
    }
};

/// Could `other` dominate `own`?
bool is_near(const Uncertain& own, const Uncertain& other) {
    for (std::size_t k = 0; k < own.cost.size(); ++k) {
        const double error = std::hypot(own.error_of(k), other.error_of(k));
        if (other.cost[k] - own.cost[k] > far_away * error) return false;
    }
    return true;
}

/// Probability that `other` dominates costs `at`.
double dominating(const Uncertain& other, std::span<const double> at) {
    double probability = 1;
    bool better = false;  // somewhere; equal in what is exact and never equal elsewhere
    for (std::size_t k = 0; k < at.size() && probability > 0; ++k) {
        const double error = other.error_of(k);
        better = better || error > 0 || other.cost[k] < at[k];
        probability *= error > 0 ? below((at[k] - other.cost[k]) / error)
                                 : static_cast<double>(other.cost[k] <= at[k]);
    }
    return better ? probability : 0;
}

}  // namespace

std::vector<double> non_dominated_probability(const Costs& costs, const Costs& errors,
                                              std::span<const std::size_t> members) {
    const std::size_t d = costs.dimensions;
    if (errors.values.size() != costs.values.size()) throw Error("each cost needs one error");
    if (d > primes.size()) throw Error("probabilities of fronts are known up to 10 objectives");
    const auto points = normal_points(d);
    const auto uncertain = [&](std::size_t i) {
        return Uncertain{costs[i], {errors.values.data() + i * d, d}};
    };
    std::vector<double> probabilities;
    std::vector<Uncertain> near;
    std::vector<double> at(d);
    for (const auto i : members) {
        const Uncertain own = uncertain(i);
        double& probability = probabilities.emplace_back(0.0);
        if (!own.is_known()) continue;
        near.clear();
        for (std::size_t j = 0; j < costs.size(); ++j) {
            const Uncertain other = uncertain(j);
            if (j != i && other.is_known() && is_near(own, other)) near.push_back(other);
        }
        for (std::size_t n = 0; n < draws; ++n) {
            for (std::size_t k = 0; k < d; ++k) {
                at[k] = own.cost[k] + own.error_of(k) * points[n * d + k];
            }
            double alone = 1;
            for (const auto& other : near) {
                alone *= 1 - dominating(other, at);
                if (alone < 1e-6) break;
            }
            probability += alone / draws;
        }
    }
    return probabilities;
}

}  // namespace blockscope
