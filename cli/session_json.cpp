#include "cli/session_json.hpp"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "blockscope/measure/median.hpp"
#include "blockscope/measure/warm_up.hpp"
#include "blockscope/study/remembered.hpp"

namespace blockscope::cli {
namespace {

double to_millionths(double v) { return std::round(1e6 * v) / 1e6; }

/// null where the session has no runs of the reference network.
nlohmann::ordered_json reference_json(const SessionRuns& session, bool by_cpu_time) {
    std::vector<LatencySample> runs;
    for (const auto& s : session.samples) {
        if (s.is_reference) runs.push_back(s);
    }
    if (runs.empty()) return nullptr;
    constexpr std::size_t most = 60;
    const std::size_t per = (runs.size() + most - 1) / most;
    nlohmann::ordered_json seconds, ms;
    for (std::size_t i = 0; i < runs.size(); i += per) {
        std::vector<double> times;
        for (std::size_t k = i; k < std::min(i + per, runs.size()); ++k) {
            times.push_back(by_cpu_time ? runs[k].cpu_ms : runs[k].wall_ms);
        }
        seconds.push_back(to_millionths(runs[i + times.size() / 2].at_s));
        ms.push_back(to_millionths(median(times)));
    }
    return {{"seconds", seconds}, {"ms", ms}};
}

}  // namespace

TimeSpent time_spent(const SessionRuns& session) {
    TimeSpent spent{session.seconds, 0, 0};
    for (const auto& s : session.samples) {
        (s.is_reference ? spent.references : spent.networks) += 1e-3 * s.wall_ms;
    }
    return spent;
}

nlohmann::ordered_json session_json(const SessionRuns& session, bool by_cpu_time) {
    const WarmUp warm_up = warm_up_of(session.warm_up, by_cpu_time);
    const TimeSpent spent = time_spent(session);
    nlohmann::ordered_json j{{"started", session.started},
                             {"visits", session.networks},
                             {"seconds", session.seconds},
                             {"seconds_of_timed_runs", spent.networks},
                             {"seconds_of_the_reference", spent.references},
                             {"warm_up_runs", warm_up.runs},
                             {"settled", warm_up.settled},
                             {"conditions", session.conditions}};
    auto reference = reference_json(session, by_cpu_time);
    if (!reference.is_null()) j["reference"] = std::move(reference);
    const auto quality = quality_of({session}, by_cpu_time);
    if (quality && !quality->trusted) j["doubt"] = quality->reason;
    return j;
}

}  // namespace blockscope::cli
