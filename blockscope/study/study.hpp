#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "blockscope/measure/quality.hpp"
#include "blockscope/metric/metric.hpp"

namespace SQLite {  // NOLINT(readability-identifier-naming): not ours to name
class Database;
}

namespace blockscope {

using Facts = std::vector<std::pair<std::string, std::string>>;

/// What numbers must share to be comparable. Empty for metrics that are the same everywhere.
/// measure/context.hpp makes one for latencies of this machine.
struct StudyContext {
    std::string key;
    Facts facts;  ///< what the key stands for, for people
};

/// Contexts whose values stand side by side: mostly one; of devices that are alike, one for each.
struct ContextKeys {
    ContextKeys(std::string key) : keys{std::move(key)} {}
    ContextKeys(const char* key) : keys{key} {}
    ContextKeys(std::vector<std::string> several) : keys(std::move(several)) {}
    std::vector<std::string> keys;
};

/// One process that wrote: a run of the program, or one of the processes of a run.
struct StudySession {
    std::string command;  ///< as typed
    std::uint64_t seed = 0;
    std::string version;  ///< of blockscope
    Facts conditions;     ///< what may change between sessions: load, frequency
};

struct StoredValue {
    double value = std::numeric_limits<double>::quiet_NaN();
    double spread = std::numeric_limits<double>::quiet_NaN();  ///< NaN: exact or not known
    std::string failure;  ///< why there is no value, if that is so
    double seconds = 0;   ///< that all its evaluations took, failed ones included
    int session = 0;      ///< number of the session that gave the value
    bool failed() const { return value != value; }
};

/// A value that was given up on, as GivenUp has it.
struct StoredPart {
    double estimate = 0;
    double at_best = 0;
    std::size_t trials = 0;
};

/// What is stored, by architecture. last_row: the newest row looked at, to ask for newer ones
/// later.
struct StoredValues {
    std::unordered_map<Architecture, StoredValue, ArchitectureHash> tried;
    /// The newest of those that were given up on, which count as never tried.
    std::unordered_map<Architecture, StoredPart, ArchitectureHash> given_up = {};
    std::int64_t last_row = 0;

    /// Adds what newer rows say; a failure does not take the place of an older value.
    void add(const Architecture& a, const StoredValue& newer);
};

/// One value of an architecture with the timed run behind it, as the clocks gave it; several runs
/// are averaged, and times of a value without any are NaN.
struct StoredVisit {
    double value = 0;
    double seconds = 0;
    double wall_ms = 0;
    double cpu_ms = 0;
};

/// All values of each architecture, the oldest first.
using StoredVisits = std::unordered_map<Architecture, std::vector<StoredVisit>, ArchitectureHash>;

/// What one run of the program did for one metric at one resolution.
struct SessionRuns {
    std::string started;     ///< UTC
    std::string conditions;  ///< JSON object
    std::size_t networks = 0;
    double seconds = 0;
    std::vector<LatencySample> warm_up;  ///< of the reference network, before anything counted
    std::vector<LatencySample> samples;  ///< in order of time; `network` is of no meaning
};

/// Where values of a metric came from.
struct StoredContext {
    StudyContext context;
    std::size_t values = 0;  ///< evaluations, failures left out
};

/// A file that remembers every evaluation ever made (docs/study.md). Rows are only added. One
/// process at a time; not for several threads. What a call has recorded survives the end of the
/// process at any moment.
/// Latencies are read on one scale: each session's are what the session recorded, times the first
/// session's reference time over its own.
class Study {
public:
    /// Opens or creates; an empty path keeps everything in memory only. Throws Error for a file
    /// that is no study, is damaged, or was written by a newer schema, and Error(Fault::runtime) if
    /// another process has it or it cannot be written.
    explicit Study(const std::filesystem::path& path, StudySession session = {});
    ~Study();

    /// What a user should know of where the file is, one line each.
    std::vector<std::string> remarks() const;

    /// A further process of this run, whose rows are a session of their own; 0 is this process.
    std::size_t add_writer(Facts conditions);

    /// Adds one row per architecture, all or nothing. seconds: spent on all of them together.
    /// samples: the timed runs behind them; runs of the reference network go with the batch.
    /// Throws Error(Fault::runtime), for a full disk among others; what was there stays.
    void record(const DesignSpace& space, const MetricInfo& metric, const StudyContext& context,
                std::span<const Architecture> archs, const MetricColumn& column, double seconds,
                std::span<const LatencySample> samples = {}, std::size_t writer = 0);

    /// What rows newer than `after_row` say about a metric (by its name and unit). Of several
    /// values of one architecture the newest counts; one that only ever failed has its newest
    /// failure.
    StoredValues values(const DesignSpace& space, const MetricInfo& metric,
                        const ContextKeys& contexts, std::int64_t after_row = 0) const;

    /// Every value ever recorded, failures left out.
    StoredVisits visits(const DesignSpace& space, const MetricInfo& metric,
                        const ContextKeys& contexts) const;

    /// The time of the reference network that values are scaled to: the first that was set.
    std::optional<double> reference_ms(const DesignSpace& space, const MetricInfo& metric,
                                       const ContextKeys& contexts, int resolution) const;
    /// What the writer's values are scaled to. Once for each space, metric, context, resolution and
    /// writer: what is set stays.
    void set_reference_ms(const DesignSpace& space, const MetricInfo& metric,
                          const StudyContext& context, int resolution, double reference_ms,
                          std::size_t writer = 0);

    /// Every session that recorded something for a metric at a resolution, the oldest first.
    std::vector<SessionRuns> sessions(const DesignSpace& space, const MetricInfo& metric,
                                      const ContextKeys& contexts, int resolution) const;

    /// Every context with a value of the metric for the space, the oldest first.
    std::vector<StoredContext> contexts(const DesignSpace& space, const MetricInfo& metric) const;

    /// Seconds that all sessions together spent at one resolution, failures included.
    double seconds_spent(const DesignSpace& space, const MetricInfo& metric,
                         const ContextKeys& contexts, int resolution) const;

    /// Rows of evaluations, failures included.
    std::size_t evaluation_count() const;

private:
    const std::string& path() const;
    SQLite::Database& database() const;

    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace blockscope
