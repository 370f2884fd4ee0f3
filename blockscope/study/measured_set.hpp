#pragma once

#include <map>
#include <string>
#include <vector>

#include "blockscope/measure/robust_mean.hpp"
#include "blockscope/stats/estimate.hpp"
#include "blockscope/study/study.hpp"

namespace blockscope {

/// Latency of one network as `measure` gave it, in the unit of its set.
struct MeasuredNetwork {
    std::string arch;  ///< text form without the resolution
    int resolution = 0;
    Estimate latency;           ///< NaN where there is none, or no interval
    double standard_error = 0;  ///< NaN below two visits
    double degrees = 0;         ///< of freedom of that error
    double visits = 0;
    bool trusted = true;
    std::string reason;  ///< why not, or why there is no value
};

/// Networks that were measured in one go, and what their numbers rest on.
struct MeasuredSet {
    std::string source;  ///< file
    std::string space, metric, unit;
    double level = 0;                       ///< of the intervals
    Facts context;                          ///< see StudyContext
    std::map<int, RobustMean> references;   ///< by resolution, in ms: what values are scaled to
    std::vector<MeasuredNetwork> networks;  ///< each once
};

/// True for a file that begins like a table of `measure`.
bool is_measured_set(const std::string& path);

/// Reads the CSV of `measure` and the JSON beside it. The degrees of freedom are those that each
/// interval was made with. Throws Error naming file and line.
MeasuredSet read_measured_set(const std::string& csv_path);

/// What a study holds of a measured metric in one context, every visit of every session; measures
/// nothing. level: of the intervals. metric, space_file: "" where the study holds one and its space
/// is built in. Throws Error where that is not so.
MeasuredSet read_measured_study(const std::string& path, double level, const std::string& metric,
                                const std::string& space_file);

/// Degrees of freedom of the Student t interval with that standard error; 0 where there is none.
double degrees_behind(const Estimate& interval, double standard_error, double level);

}  // namespace blockscope
