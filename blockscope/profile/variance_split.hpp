#pragma once

#include <string>
#include <utility>
#include <vector>

#include "blockscope/profile/variance_factors.hpp"

namespace blockscope {

/// Variance of a mean that differs from cell to cell.
inline double variance_of_means(const std::vector<double>& probability,
                                const std::vector<double>& means) {
    double mean = 0;
    double squares = 0;
    for (std::size_t c = 0; c < means.size(); ++c) mean += probability[c] * means[c];
    for (std::size_t c = 0; c < means.size(); ++c) {
        squares += probability[c] * (means[c] - mean) * (means[c] - mean);
    }
    return squares;
}

/// Variances of the factors and what they sum to: a number, or an estimate with what is needed for
/// its interval.
template <typename Amount>
struct Split {
    std::vector<std::pair<std::string, Amount>> factors;
    Amount additive;

    /// A factor before all others.
    void lead(std::string name, Amount amount) {
        additive.add(1, amount);
        factors.insert(factors.begin(), {std::move(name), std::move(amount)});
    }
};

/// amount(partition) gives the variance of the metric's mean over its cells.
template <typename Amount, typename Of>
Split<Amount> split_by_factors(const std::vector<FactorGroup>& groups, const Amount& none, Of of) {
    Split<Amount> split{{}, none};
    for (const auto& group : groups) {
        std::vector<Amount> amounts;
        amounts.reserve(group.partitions.size());
        for (const auto& p : group.partitions) amounts.push_back(of(p));
        Amount whole = none;
        std::vector<std::pair<std::string, Amount>> parts;
        for (const auto& factor : group.factors) {
            Amount amount = none;
            for (const auto& term : factor.terms) amount.add(term.sign, amounts[term.partition]);
            if (!factor.part) whole.add(1, amount);
            parts.emplace_back(factor.name, std::move(amount));
        }
        split.additive.add(1, whole);
        if (group.name != "stem") split.factors.emplace_back(group.name, std::move(whole));
        for (auto& part : parts) split.factors.push_back(std::move(part));
    }
    return split;
}

/// For metrics in closed form.
struct ExactAmount {
    double value = 0;
    void add(double sign, const ExactAmount& other) { value += sign * other.value; }
};

/// A sum over layers in closed form; its additive part is its whole variance.
inline Split<ExactAmount> exact_split(const DesignSpace& space, const LayerTable& table,
                                      const std::vector<FactorGroup>& groups) {
    return split_by_factors(groups, ExactAmount{}, [&](const Partition& p) {
        const Cells cells(space, table, p);
        return ExactAmount{variance_of_means(cells.probability(), cells.means(table))};
    });
}

}  // namespace blockscope
