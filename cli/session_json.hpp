#pragma once

#include <nlohmann/json_fwd.hpp>

#include "blockscope/study/study.hpp"

namespace blockscope::cli {

/// Where the time of measuring went, in seconds.
struct TimeSpent {
    double all = 0;
    double networks = 0;    ///< in timed runs
    double references = 0;  ///< in timed runs of the reference network
};
TimeSpent time_spent(const SessionRuns& session);

/// What stands of a session in the file beside a table of measurements. With the reference
/// network's time over the session, as medians of neighbours where it ran more than 60 times, and
/// why the session by itself should not be trusted.
nlohmann::ordered_json session_json(const SessionRuns& session, bool by_cpu_time);

}  // namespace blockscope::cli
