#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "blockscope/stats/estimate.hpp"
#include "blockscope/study/remembered.hpp"

namespace blockscope {

/// How often networks are visited. A visit is one timed run, stored as a row of its own.
struct RepeatPlan {
    int visits = 4;     ///< of each network; with a spread, at most
    double spread = 0;  ///< enough once the half-width is below this share of the mean; 0: never
    int least_visits = 10;  ///< before a spread may be enough, so that luck is not mistaken for it
    double budget_s = 0;    ///< of measuring, what the study holds included; 0: no limit
    /// Visits go on for that long from now, whatever is known already and however precisely; 0:
    /// they do not. `budget_s`, `visits` and `spread` end nothing then.
    double sustain_s = 0;
    double level = 0.95;
    std::uint64_t seed = 1;  ///< of the order
};

/// Whether a network's visits, in order of time, are enough: plan.visits of them, or with a spread
/// as many that it is kept by all and by the first four fifths too. A look after each visit stops
/// at lucky moments: of simulated 95 % intervals (normal noise of 0.5 to 3 %, 5 % slow runs) 88 to
/// 95 % covered when one look after 8 visits was enough, 92 to 95 % do so, for a quarter more
/// visits.
bool enough(std::span<const StoredVisit> visits, const RepeatPlan& plan);

struct RepeatedLatency {
    /// Mean of the middle half of the visits, Student t; scaled to the reference network's median
    /// over all sessions.
    Estimate ms;
    double standard_error = 0;
    int visits = 0;
    std::vector<std::string> doubts;  ///< why not to trust it
    std::string failure;              ///< why there is none
};

/// Visits all networks round by round, each round in a new random order, so that visits to one lie
/// far apart in time; those that are precise enough drop out. What the study holds counts, and what
/// is measured is stored, so a command that was killed goes on where it was.
/// metric: measured, set to 1 visit. Results in the order of archs.
std::vector<RepeatedLatency> measure_repeatedly(RememberedMetric& metric, const DesignSpace& space,
                                                std::span<const Architecture> archs,
                                                const RepeatPlan& plan, Progress* progress);

/// What a study holds in some context, this one or another; nothing is measured. A whole context
/// that cannot be trusted is a doubt of each.
std::vector<RepeatedLatency> recall_repeated(const Study& study, const RememberedMetric& metric,
                                             const DesignSpace& space,
                                             const std::string& context_key,
                                             std::span<const Architecture> archs,
                                             const RepeatPlan& plan);

}  // namespace blockscope
