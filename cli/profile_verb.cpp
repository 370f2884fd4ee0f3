#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/metric/table.hpp"
#include "blockscope/profile/profile_files.hpp"
#include "blockscope/report/heatmap.hpp"
#include "blockscope/space/space_file.hpp"

#include "cli/architectures.hpp"
#include "cli/commands.hpp"
#include "cli/pool.hpp"
#include "cli/study_at_hand.hpp"

namespace blockscope::cli {
namespace {

ProfileOptions profile_options(const ProfileCommand& command, const Common& common) {
    ProfileOptions options;
    options.level = common.level;
    options.percentiles = command.percentiles;
    options.protocol = common.protocol == "published" ? Protocol::published : Protocol::definition;
    return options;
}

void warn_of_failures(const std::string& name, const MetricColumn& column, std::size_t n,
                      Console& console) {
    if (column.failures.empty()) return;
    console.say(
        fmt::format("warning: {}: {} of {} architectures have no value, the first because: {}",
                    name, column.failures.size(), n, column.failures.front().second));
}

}  // namespace

int run_profile(const ProfileCommand& command, const Common& common, Console& console) {
    const auto space = load_space(command.space);
    const auto options = profile_options(command, common);
    const Budget budget = parse_budget(common.budget, command.n);
    make_output_directory(command.output);
    StudyAtHand study(common, study_in(command.output));
    Provenance provenance{{"tool", "blockscope"},
                          {"version", BLOCKSCOPE_VERSION},
                          {"command", common.command_line},
                          {"seed", std::to_string(common.seed)},
                          {"quantiles",
                           "exact: smallest value reaching the probability; pooled: the same over "
                           "the members of a cell"}};
    std::vector<Profile> profiles;
    std::vector<Table> tables;
    for (const int resolution : chosen_resolutions(space, common)) {
        DrawnSequence sequence(space, resolution, common);
        Table table;
        for (const auto& name : command.metrics) {
            auto metric = make_metric(name, space, common.seed, common.threads);
            const MetricInfo info = metric->info();
            const auto terms = metric->additive(space, resolution);
            if (terms && command.estimator != "pooled") {
                profiles.push_back(exact_profile(space, *terms, info, resolution, options));
                continue;
            }
            if (command.estimator == "exact") {
                throw Error(fmt::format("'{}' is not a sum over layers: no exact estimate", name));
            }
            Pool pool;
            if (info.costly) {
                const auto costly = study.remember(std::move(metric), 1);
                pool = gather(sequence, budget, *costly, space, resolution, console);
                StudyAtHand::describe(*costly, space, resolution, provenance);
                if (const auto quality = costly->quality(space, resolution)) {
                    console.say(fmt::format("{}: {}", info.name, quality_text(*quality)));
                }
            } else {
                pool = gather(sequence, command.n, *metric, space, console);
            }
            warn_of_failures(info.name, pool.column, pool.archs.size(), console);
            profiles.push_back(pooled_profile(space, {pool.archs, pool.column.values}, info,
                                              {resolution}, options));
            VarianceOptions variance;
            variance.level = options.level;
            variance.noisy = info.noisy;
            profiles.back().shares =
                pooled_variance_shares(space, {pool.archs, pool.column.values}, variance);
            table.add(info.column, pool.archs, pool.column.values);
        }
        if (!table.archs.empty()) tables.push_back(std::move(table));
    }
    write_profiles(command.output, space, profiles, provenance);
    write_file(command.output + "/table.csv", table_csv(space, tables));
    std::string text;
    for (const auto& profile : profiles) {
        text += terminal_heatmap(space, profile, Console::truecolour(1)) + "\n";
    }
    if (!common.quiet) write_output("-", text);
    console.say(
        fmt::format("wrote {0}/blocks.csv, placements.csv, depths.csv, variance.csv, table.csv and "
                    "profile.json; seed {1}",
                    command.output, common.seed));
    return Console::interrupted() ? 130 : 0;
}

}  // namespace blockscope::cli
