#pragma once

#include <span>
#include <string>
#include <vector>

#include "blockscope/metric/metric.hpp"
#include "blockscope/stats/estimate.hpp"
#include "blockscope/stats/goodness_of_fit.hpp"

namespace blockscope {

/// Random networks of two spaces by one metric. What is an accuracy in per cent is compared as the
/// error 100 - accuracy, so that less is better as it is for latencies.
/// Source: Radosavovic et al., "On network design spaces for visual recognition" (ICCV 2019).
struct SpaceComparison {
    std::string metric, unit;
    bool as_error = false;
    double level = 0.95;
    std::vector<double> first, second;       ///< ascending
    double first_band = 0, second_band = 0;  ///< half widths around their distribution functions
    FitTest same;                            ///< Smirnov's test that both are one distribution
    struct Difference {
        std::string of;                      ///< "mean", "5 %", "median", "95 %"
        Estimate first, second, difference;  ///< second - first, of independent samples
    };
    std::vector<Difference> differences;
};

/// first, second: values of random networks of each; NaN is left out. Throws Error for fewer than
/// two numbers on either side.
SpaceComparison compare_spaces(const MetricInfo& info, std::span<const double> first,
                               std::span<const double> second, double level = 0.95);

/// `metric,unit_of_measure,quantity,value`, then share, low and high of the first and the second
/// space: the share of networks at or below each of up to 200 values, with bands.
std::string distributions_csv(std::span<const SpaceComparison> comparisons);

}  // namespace blockscope
