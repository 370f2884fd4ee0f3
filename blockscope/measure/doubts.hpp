#pragma once

#include <span>
#include <string>
#include <vector>

namespace blockscope {

/// One visit to a network. value: drift divided out, in any unit; wall_ms and cpu_ms as the clocks
/// gave them.
struct NetworkVisit {
    double value = 0;
    double wall_ms = 0;
    double cpu_ms = 0;
};

/// Why a network's mean should not be trusted, one phrase each; empty for no reason seen. Visits in
/// order of time. Together they cry wolf on about one in 1,000 networks with Gaussian noise or
/// fewer:
/// - preempted: in half of the visits or more, wall time exceeded CPU time by a quarter;
/// - trend (8 visits on): Mann-Kendall with p < 1e-4, and the last third differs from the first by
///   more than 2 %. Source: Mann, Econometrica 13 (1945);
/// - two values (12 visits on): the best cut into two groups, each a fifth of the visits, explains
///   95 % of the variance, and they lie 3 % apart.
std::vector<std::string> doubts(std::span<const NetworkVisit> visits, bool by_cpu_time);

/// Relative change from the first third of the values to the last, by medians, if the trend is
/// beyond chance (as above); else 0.
double trend(std::span<const double> in_order_of_time);

/// Relative distance of the two groups the values fall into (as above); else 0.
double two_values(std::span<const double> values);

}  // namespace blockscope
