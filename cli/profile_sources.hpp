#pragma once

#include <span>
#include <string>
#include <vector>

#include "blockscope/metric/table.hpp"
#include "blockscope/profile/adaptive.hpp"
#include "blockscope/profile/agreement.hpp"
#include "blockscope/profile/profile_files.hpp"

#include "cli/pool.hpp"
#include "cli/processes.hpp"
#include "cli/study_at_hand.hpp"

namespace blockscope::cli {

struct ProfileCommand {
    std::string space;
    std::vector<std::string> metrics;
    std::string data;     ///< somebody's CSV; metrics are then its columns
    std::string context;  ///< of its rows to take; "": all
    std::string population = "space";
    std::size_t n = 2000;
    std::string budget;  ///< "60s", "500" (networks) or empty
    std::string until;   ///< "width=0.02", "width=1%", "ranking", "ranking@0.99" or empty
    std::string estimator = "auto";
    std::string protocol = "definition";
    bool mix_resolutions = false;
    bool strict = false;
    int processes = 0;  ///< that share a measuring budget; 0: as it seems right
    std::string part;   ///< "2/4" in one of them
    double level = 0.95;
    std::vector<double> percentiles{5, 95};
    std::string output = "blockscope-profile";
};

/// What a run of the verb gathers for its files.
struct ProfileRun {
    DesignSpace space;
    ProfileOptions options;
    Provenance provenance;
    std::vector<Profile> profiles;
    std::vector<Table> tables;
    std::vector<MetricValues> values;  ///< of each profile, for their correlations
    bool trusted = true;               ///< false: a measuring run that cannot be trusted is in it

    /// archs: of a random sample, with the metric's values; none for what has no such sample.
    void add(Profile profile, std::span<const Architecture> archs = {},
             std::span<const double> of_archs = {});
};

/// Shares of the variance, from the sample behind a profile; where it is too small, a note.
void add_shares(Profile& profile, const DesignSpace& space, const EvaluatedSample& sample);

/// Profiles of the command's metrics, evaluated here: at each of the resolutions, or with all of
/// them as a factor.
void add_evaluated_profiles(ProfileRun& run, const ProfileCommand& command, const Common& common,
                            StudyAtHand& study, Console& console);

/// Profiles of the columns of the command's table.
void add_given_profiles(ProfileRun& run, const ProfileCommand& command, const Common& common,
                        Console& console);

/// Measuring processes that the command should be split into; 1: none but this one.
int measuring_processes(const DesignSpace& space, const ProfileCommand& command,
                        const Common& common);

/// --until. Throws Error saying what is allowed.
Goal parse_goal(const std::string& text);

}  // namespace blockscope::cli
