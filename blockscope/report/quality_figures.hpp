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

/// What `measure` wrote, and tables of predictions beside it.
struct ReportedMeasurement {
    std::string study;
    MeasuredSet set;
    std::vector<std::pair<std::string, std::string>>
        sessions;  ///< name and what the run says of itself
    std::vector<PredictedColumn> predictions;
};

/// All measurements of a directory; a table that `measure` did not write is a prediction if it has
/// the architectures of one. Throws Error naming the file.
std::vector<ReportedMeasurement> read_measurements(const std::filesystem::path& directory,
                                                   const std::string& study);

/// Every network with its interval, by its latency; flagged ones marked. More than `most` networks
/// become bins with their range.
Figure spread_figure(const ReportedMeasurement& measurement, std::size_t most = 2000);

/// Predicted against measured with both intervals, and the line where they agree. Spec empty: no
/// prediction has networks that were measured.
Figure predicted_figure(const ReportedMeasurement& measurement);

/// Flagged networks and failures with their reasons, at most 50.
TextTable flags_table(const ReportedMeasurement& measurement);

}  // namespace blockscope
