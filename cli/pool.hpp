#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "blockscope/space/drawn_sequence.hpp"
#include "blockscope/study/remembered.hpp"

#include "cli/common.hpp"
#include "cli/processes.hpp"

namespace blockscope::cli {

/// How much may be spent on one metric at one resolution.
struct Budget {
    double seconds = 0;        ///< 0: no limit
    std::size_t networks = 0;  ///< 0: no limit
    bool goes_on = false;      ///< where another process of the same command stopped

    /// What is spent when that part of the command ends.
    Budget share(const Part& part) const;
};

/// "60s" or "500"; empty: n networks. Throws Error.
Budget parse_budget(const std::string& text, std::size_t n);

/// Random architectures and what a metric says about them, in the order they were drawn.
struct Gathered {
    std::vector<Architecture> archs;
    MetricColumn column;
};

/// Of a cheap metric: n architectures.
Gathered gather(DrawnSequence& sequence, std::size_t n, Metric& metric, const DesignSpace& space,
                Console& console);

/// Of a costly one: until the budget is spent, or until Ctrl-C. What the study knows comes first
/// and its time counts, so a finished pool is gathered again without evaluating anything; failures
/// in it stay failures.
Gathered gather(DrawnSequence& sequence, const Budget& budget, RememberedMetric& metric,
                const DesignSpace& space, const std::vector<int>& resolutions, Console& console);

}  // namespace blockscope::cli
