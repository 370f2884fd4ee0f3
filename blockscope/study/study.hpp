#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "blockscope/metric/metric.hpp"

namespace blockscope {

using Facts = std::vector<std::pair<std::string, std::string>>;

/// What numbers must share to be comparable. Empty for metrics that are the same everywhere.
/// measure/context.hpp makes one for latencies of this machine.
struct StudyContext {
    std::string key;
    Facts facts;  ///< what the key stands for, for people
};

/// One run of the program that wrote.
struct StudySession {
    std::string command;  ///< as typed
    std::uint64_t seed = 0;
    std::string version;  ///< of blockscope
    Facts conditions;     ///< what may change between sessions: load, frequency
};

/// One timed run behind a value.
struct StudySample {
    std::size_t index = 0;  ///< into the recorded batch; of no meaning for the reference network
    double at_s = 0;
    double wall_ms = 0;
    double cpu_ms = 0;
    int visit = 0;
    bool is_reference = false;
};

struct StoredValue {
    double value = std::numeric_limits<double>::quiet_NaN();
    double spread = std::numeric_limits<double>::quiet_NaN();  ///< NaN: exact or not known
};

/// Stored values by architecture. last_row: the newest row looked at, to ask for newer ones later.
struct StoredValues {
    std::unordered_map<Architecture, StoredValue, ArchitectureHash> known;
    std::int64_t last_row = 0;
};

/// A file that remembers every evaluation ever made (docs/study.md). Rows are only added. One
/// process at a time; not for several threads. What a call has recorded survives the end of the
/// process at any moment.
class Study {
public:
    /// Opens or creates. Throws Error for a file that is no study, is damaged, or was written by a
    /// newer schema, and Error(Fault::runtime) if another process has it or it cannot be written.
    explicit Study(const std::filesystem::path& path, StudySession session = {});
    ~Study();

    /// Adds one row per architecture, all or nothing. seconds: spent on all of them together.
    /// Throws Error(Fault::runtime), for a full disk among others; what was there stays.
    void record(const DesignSpace& space, const MetricInfo& metric, const StudyContext& context,
                std::span<const Architecture> archs, const MetricColumn& column, double seconds,
                std::span<const StudySample> samples = {});

    /// Values of a metric (by its name and unit) in rows newer than `after_row`. Of several values
    /// of one architecture the newest counts; failures are history, not values.
    StoredValues values(const DesignSpace& space, const MetricInfo& metric,
                        const std::string& context_key, std::int64_t after_row = 0) const;

    /// Seconds that all sessions together spent at one resolution, failures included.
    double seconds_spent(const DesignSpace& space, const MetricInfo& metric,
                         const std::string& context_key, int resolution) const;

    /// Rows of evaluations, failures included.
    std::size_t evaluation_count() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace blockscope
