#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "blockscope/metric/metric.hpp"

namespace blockscope {

/// What a search wants: one metric as small or as large as can be.
struct Objective {
    std::size_t metric = 0;  ///< index into Problem::metrics
    Direction direction = Direction::smaller_is_better;
};

/// What it must keep to: metric <= value or metric >= value, in the metric's unit. A metric that is
/// not known keeps to nothing.
struct Limit {
    std::size_t metric = 0;
    bool at_most = true;
    double value = 0;
};

/// Networks of one space, what is wanted of them and what they must keep to.
struct Problem {
    DesignSpace space;
    std::vector<int> resolutions;  ///< of the networks; with several, a choice like any other
    std::vector<Metric*> metrics;  ///< the caller's, each once
    std::vector<Objective> objectives;
    std::vector<Limit> limits;
};

/// A value of a network, by its row, that is an estimate from a part of what it would rest on.
struct PartialValue {
    std::size_t row = 0;
    std::size_t metric = 0;
    double at_best = 0;      ///< as GivenUp's
    std::size_t trials = 0;  ///< likewise
};

/// What is known of a limit before anything is searched.
struct LimitReach {
    std::optional<std::pair<double, double>> range;  ///< of the metric: smallest and largest value
    bool excludes_nothing = false;
    bool exact = true;  ///< of a table of layers; else what a search found (limit_search.hpp)
};

/// The metric's table for each of the resolutions; empty if it is no table for one of them.
std::vector<LayerTable> tables_of(Metric& metric, const DesignSpace& space,
                                  const std::vector<int>& resolutions);

/// Asks the tables of the limits' metrics; evaluates no architecture. One for each limit.
/// Throws Error(Fault::infeasible) with the best value of the space for a limit that no
/// architecture keeps to.
std::vector<LimitReach> reach(const Problem& problem);

/// "macs <= 400000000 MACs".
std::string to_string(const Problem& problem, const Limit& limit);

/// Standard error of the values of a metric that is a prediction, if it states an interval; else
/// NaN.
double stated_error(const MetricInfo& info);

/// "192, 224".
std::string resolutions_text(const std::vector<int>& resolutions);

}  // namespace blockscope
