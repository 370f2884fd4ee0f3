#include <memory>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/parallel.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/metric/table.hpp"
#include "blockscope/profile/agreement.hpp"
#include "blockscope/profile/profile_files.hpp"
#include "blockscope/report/heatmap.hpp"
#include "blockscope/space/space_file.hpp"

#include "cli/profile_sources.hpp"
#include "cli/program.hpp"

namespace blockscope::cli {
namespace {

ProfileOptions profile_options(const ProfileCommand& command) {
    ProfileOptions options;
    options.level = command.level;
    options.percentiles = command.percentiles;
    options.protocol = command.protocol == "published" ? Protocol::published : Protocol::definition;
    return options;
}

/// Throws what the parser would: options that do not go together are usage errors.
void check_usage(const ProfileCommand& command) {
    const auto refuse = [](const std::string& why) { throw CLI::ValidationError(why); };
    const bool steered = !command.until.empty();
    if (command.data.empty()) {
        if (command.metrics.empty()) throw CLI::RequiredError("--metric or --data");
        if (command.population == "table") refuse("--population table needs --data");
        if (steered && command.processes > 1) {
            refuse("--until looks at all values between rounds, so one process takes them");
        }
        if (steered && (command.estimator == "exact" || command.estimator == "fixed")) {
            refuse("--until steers the pooled estimator, not " + command.estimator);
        }
        return;
    }
    if (command.estimator != "auto" && command.estimator != "pooled") {
        refuse("--data is estimated from what is there, so --estimator " + command.estimator +
               " cannot be");
    }
    if (steered || !command.budget.empty()) {
        refuse("--data is all there is: --until and --budget need something to evaluate");
    }
}

int run(const ProfileCommand& command, const Common& common, Console& console) {
    check_usage(command);
    ProfileRun run{load_space(command.space), profile_options(command), {}, {}, {}, {}, true};
    run.options.threads = thread_count(common.threads);
    if (!command.until.empty()) (void)parse_goal(command.until);
    (void)parse_budget(command.budget, command.n);
    run.provenance = {{"tool", "blockscope"},
                      {"version", BLOCKSCOPE_VERSION},
                      {"command", common.command_line},
                      {"seed", std::to_string(common.seed)},
                      {"quantiles",
                       "exact: smallest value reaching the probability; pooled: inverse of the "
                       "adjusted distribution function; fixed and table: type 7"}};
    make_output_directory(command.output);
    if (command.part.empty() && command.data.empty()) {
        if (const int count = measuring_processes(run.space, command, common); count > 1) {
            if (const int code = run_parts(common, count); code != 0) return code;
        }
    }
    StudyAtHand study(common, study_in(command.output), console);
    if (command.data.empty()) {
        add_evaluated_profiles(run, command, common, study, console);
        if (!command.part.empty()) return Console::interrupted() ? 130 : 0;
    } else {
        add_given_profiles(run, command, common, console);
    }
    const auto& [space, options, provenance, profiles, tables, values, trusted] = run;
    const bool several = profiles.size() > 1;
    write_profiles(command.output, space, profiles, provenance);
    write_file(command.output + "/table.csv", table_csv(space, tables));
    if (several) {
        write_file(command.output + "/correlations.csv",
                   correlations_csv(agreements(profiles, values, options.level)));
    }
    std::string text;
    for (const auto& profile : profiles) {
        text += terminal_heatmap(space, profile, Console::truecolour(1)) + "\n";
    }
    if (!common.console.quiet) write_output("-", text);
    console.say(fmt::format(
        "wrote {0}/blocks.csv, placements.csv, depths.csv, variance.csv, table.csv{2} and "
        "profile.json; seed {1}",
        command.output, common.seed, several ? ", correlations.csv" : ""));
    if (Console::interrupted()) return 130;
    return command.strict && !trusted ? 6 : 0;
}

}  // namespace

void add_profile(Program& program) {
    const auto command = std::make_shared<ProfileCommand>();
    CLI::App& verb =
        program.add_verb("profile", "which blocks, where, help or hurt a metric (Equations 1 to 3)",
                         "blockscope profile ofa-mbv3 --metric macs -o macs-profile",
                         [command](const Common& common, Console& console) {
                             return run(*command, common, console);
                         });
    verb.add_option("SPACE", command->space, "name or TOML file")->required();
    verb.add_option("--metric", command->metrics,
                    "see blockscope metrics, or with --data columns of the table (default all with "
                    "numbers); may be repeated")
        ->expected(1)
        ->take_all();
    verb.add_option("--data", command->data,
                    "CSV with an arch column: profiles of somebody's measurements");
    verb.add_option("--population", command->population,
                    "what --data speaks for: the space it was drawn from, or the table's own rows")
        ->check(CLI::IsMember({"space", "table"}))
        ->capture_default_str();
    verb.add_option("--context", command->context,
                    "of --data, the rows whose column context says this; without it they must all "
                    "say the same");
    verb.add_option("-n", command->n,
                    "architectures to sample where the estimate is not exact; fixed: for each "
                    "placement")
        ->check(CLI::Range(std::size_t{1}, std::size_t{100000000}))
        ->capture_default_str();
    verb.add_option("--budget", command->budget,
                    "of measured metrics at each resolution: 60s, or 500 networks; default -n");
    verb.add_option("--processes", command->processes,
                    "that measure one after the other, each its share of --budget, so that "
                    "intervals hold what lasts as long as a process; default 6 from 40s on, else 1")
        ->check(CLI::Range(1, 1000));
    verb.add_option("--part", command->part)->group("");  // one of these processes
    verb.add_option("--until", command->until,
                    "sample until every placement is known to width=0.02 (in the metric's unit) or "
                    "width=1% (of its mean), or the ranking of blocks is (ranking@0.95); ends with "
                    "--budget at the latest");
    verb.add_option("--estimator", command->estimator,
                    "auto (exact where it can be, else pooled), exact, pooled, or fixed (the "
                    "published procedure)")
        ->check(CLI::IsMember({"auto", "exact", "pooled", "fixed"}))
        ->capture_default_str();
    verb.add_option("--percentiles", command->percentiles, "of Equation 3, in per cent")
        ->take_all()
        ->delimiter(',')
        ->check(between(0, 100))
        ->capture_default_str();
    verb.add_option("--protocol", command->protocol,
                    "definition (the paper's text) or published (its code)")
        ->check(CLI::IsMember({"definition", "published"}))
        ->capture_default_str();
    verb.add_option("--level", command->level, "of every interval")
        ->check(between(0, 1))
        ->capture_default_str();
    verb.add_option("-o,--output", command->output, "directory to write")->capture_default_str();
    program.add_team(verb);
    program.add_study(verb, "file of the study; default DIR/study.sqlite");
    program.add_resolution(verb);
    verb.add_flag("--strict", command->strict,
                  "exit with 6 if a measuring run behind a profile cannot be trusted");
    verb.add_flag("--mix-resolutions", command->mix_resolutions,
                  "one profile with the resolutions as a factor instead of one for each");
    program.add_common(verb);
}

}  // namespace blockscope::cli
