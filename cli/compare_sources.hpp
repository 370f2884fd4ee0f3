#pragma once

#include <string>
#include <vector>

#include "cli/common.hpp"

namespace blockscope::cli {

/// What `compare` was asked; each kind of thing that it compares has a source of its own.
struct CompareCommand {
    std::string first, second;
    std::vector<std::string> metrics;    ///< of spaces; of a study, at most one
    std::size_t n = 10000;               ///< random networks of each space
    std::vector<std::string> reference;  ///< of searches
    std::vector<std::string> fail_if;    ///< of measurements, like all below up to the level
    std::string junit;
    std::string space;  ///< file of a study's or profile's space
    bool cancel_drift = false;
    bool across_contexts = false;
    bool strict = false;
    double level = 0.95;
    std::string output;
};

int compare_two_searches(const CompareCommand& command, const Common& common, Console& console);
int compare_two_measurements(const CompareCommand& command, const Common& common, Console& console);
int compare_two_profiles(const CompareCommand& command, const Common& common, Console& console);
int compare_two_spaces(const CompareCommand& command, const Common& common, Console& console);

}  // namespace blockscope::cli
