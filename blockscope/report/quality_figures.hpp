#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "blockscope/report/figure.hpp"
#include "blockscope/study/measured_set.hpp"

namespace blockscope {

/// A table with predictions: `arch,resolution` and columns of times, perhaps with `_low` and
/// `_high`.
struct PredictedColumn {
    std::string name;  ///< of the file and column
    std::vector<std::string> archs;
    std::vector<int> resolutions;
    std::vector<Estimate> values;  ///< ms
};

/// What one run of `measure` saw of its reference network, which should take the same time
/// throughout.
struct MeasuringSession {
    std::string name;               ///< "224x224, 2026-11-26T08:00:00Z"
    std::string resolution;         ///< "224": each has a reference time of its own
    std::vector<double> seconds;    ///< since its start; medians of neighbouring runs
    std::vector<double> reference;  ///< ms, as many
    std::string doubt;              ///< why its numbers should not be trusted; empty: they may
};

/// What `measure` wrote, and tables of predictions beside it.
struct ReportedMeasurement {
    std::string study;
    MeasuredSet set;
    std::vector<std::pair<std::string, std::string>>
        sessions;  ///< name and what the run says of itself
    std::vector<PredictedColumn> predictions;
    std::vector<MeasuringSession> runs = {};  ///< those that recorded the reference
};

/// "latency/host of grid, 20 networks, 95 % intervals".
std::string facts(const MeasuredSet& set);

/// All measurements of a directory; a table that `measure` did not write is a prediction if it has
/// the architectures of one. Throws Error naming the file.
std::vector<ReportedMeasurement> read_measurements(const std::filesystem::path& directory,
                                                   const std::string& study);

/// Every network with its interval, by its latency; flagged ones marked. More than `most` networks
/// become bins with their range.
Figure spread_figure(const ReportedMeasurement& measurement, std::size_t most = 2000);

/// The reference network over the time of measuring, run after run, in per cent of its median
/// at that resolution; runs with doubts marked. More than `most` points become medians. Spec empty:
/// no run recorded it.
Figure drift_figure(const ReportedMeasurement& measurement, std::size_t most = 2000);

/// Predicted against measured with both intervals, the line where they agree, and for each
/// predictor the band around it that holds the set's level of the networks. Spec empty: no
/// prediction has networks that were measured.
Figure predicted_figure(const ReportedMeasurement& measurement);

/// Flagged networks and failures with their reasons, at most 50.
TextTable flags_table(const ReportedMeasurement& measurement);

}  // namespace blockscope
