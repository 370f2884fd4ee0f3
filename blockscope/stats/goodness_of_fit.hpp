#pragma once

#include <span>

namespace blockscope {

struct FitTest {
    double statistic = 0;
    double p_value = 1;  ///< probability of a statistic at least as large if the model holds
};

/// Pearson's chi-square: do counts follow the expected ones? observed, expected: one entry for each
/// class, expected > 0, equal totals, at least 2 classes. Trust needs about 5 expected in a class.
/// Source: Pearson, Philosophical Magazine 50 (1900).
FitTest chi_square_fit(std::span<const double> observed, std::span<const double> expected);

/// Kolmogorov's test that values are uniform on [0, 1]; p value of the limit distribution with
/// Stephens' correction, good from 5 values on. sorted: ascending.
/// Source: Stephens, "Use of the Kolmogorov-Smirnov, Cramer-von Mises and related statistics
/// without extensive tables", JRSS B 32 (1970).
FitTest uniform_fit(std::span<const double> sorted);

/// Smirnov's test that two samples come from one distribution: largest distance of their empirical
/// distribution functions; p value as above with n m / (n + m) values, conservative for ties.
/// sorted_a, sorted_b: ascending, not empty.
FitTest two_sample_fit(std::span<const double> sorted_a, std::span<const double> sorted_b);

}  // namespace blockscope
