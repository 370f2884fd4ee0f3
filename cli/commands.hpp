#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/console.hpp"

namespace blockscope::cli {

/// Options that every verb has; filled by main.cpp.
struct Common {
    std::string command_line;
    std::uint64_t seed = 1;
    unsigned threads = 0;          ///< 0: all cores of this process
    std::vector<int> resolutions;  ///< empty: the space's default
    std::string protocol = "definition";
    double level = 0.95;
    std::string budget;  ///< "60s", "500" (networks) or empty
    bool no_host = false;
    bool quiet = false;
    std::string study;
};

struct SpaceCommand {
    std::string space;
    bool json = false;
};

struct MetricsCommand {
    std::string space;
};

struct SampleCommand {
    std::string space;
    std::size_t n = 100;
    std::string output = "-";
};

struct EvaluateCommand {
    std::string space;
    std::string archs;
    std::vector<std::string> arch;
    std::vector<std::string> metrics;
    std::string output = "-";
};

struct ProfileCommand {
    std::string space;
    std::vector<std::string> metrics;
    std::size_t n = 2000;
    std::string estimator = "auto";
    std::vector<double> percentiles{5, 95};
    std::string output = "blockscope-profile";
};

struct ExportCommand {
    std::string space;
    std::string arch;
    std::string output;
};

struct MeasureCommand {
    std::string space;
    std::string archs;
    std::size_t n = 20;
    std::string metric = "latency/host";
    int visits = 4;
    std::string output = "-";
    bool strict = false;
};

int run_spaces(Console& console);
int run_measure(const MeasureCommand& command, const Common& common, Console& console);
int run_space(const SpaceCommand& command, const Common& common, Console& console);
int run_metrics(const MetricsCommand& command, Console& console);
int run_sample(const SampleCommand& command, const Common& common, Console& console);
int run_evaluate(const EvaluateCommand& command, const Common& common, Console& console);
int run_profile(const ProfileCommand& command, const Common& common, Console& console);
int run_export(const ExportCommand& command, const Common& common, Console& console);

}  // namespace blockscope::cli
