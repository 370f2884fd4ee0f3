#include <memory>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/metric/table.hpp"
#include "blockscope/profile/agreement.hpp"
#include "blockscope/profile/profile_files.hpp"
#include "blockscope/report/heatmap.hpp"
#include "blockscope/space/space_file.hpp"

#include "cli/architectures.hpp"
#include "cli/pool.hpp"
#include "cli/program.hpp"
#include "cli/study_at_hand.hpp"

namespace blockscope::cli {
namespace {

struct ProfileCommand {
    std::string space;
    std::vector<std::string> metrics;
    std::size_t n = 2000;
    std::string budget;  ///< "60s", "500" (networks) or empty
    std::string estimator = "auto";
    std::string protocol = "definition";
    double level = 0.95;
    std::vector<double> percentiles{5, 95};
    std::string output = "blockscope-profile";
};

ProfileOptions profile_options(const ProfileCommand& command) {
    ProfileOptions options;
    options.level = command.level;
    options.percentiles = command.percentiles;
    options.protocol = command.protocol == "published" ? Protocol::published : Protocol::definition;
    return options;
}

int run(const ProfileCommand& command, const Common& common, Console& console) {
    const auto space = load_space(command.space);
    const auto options = profile_options(command);
    const Budget budget = parse_budget(command.budget, command.n);
    make_output_directory(command.output);
    StudyAtHand study(common, study_in(command.output), console);
    Provenance provenance{{"tool", "blockscope"},
                          {"version", BLOCKSCOPE_VERSION},
                          {"command", common.command_line},
                          {"seed", std::to_string(common.seed)},
                          {"quantiles",
                           "exact: smallest value reaching the probability; pooled: the same over "
                           "the members of a cell"}};
    std::vector<Profile> profiles;
    std::vector<Table> tables;
    std::vector<Agreement> correlations;
    for (const int resolution : chosen_resolutions(space, common)) {
        DrawnSequence sequence(space, resolution, common);
        Table table;
        const std::size_t first_profile = profiles.size();
        std::vector<std::vector<double>> columns;  // of each profile, along the drawn sequence
        for (const auto& name : command.metrics) {
            auto metric = make_metric(name, space, common.seed, common.threads);
            const MetricInfo info = metric->info();
            const auto terms = metric->additive(space, resolution);
            if (terms && command.estimator != "pooled") {
                profiles.push_back(exact_profile(space, *terms, info, resolution, options));
                if (command.metrics.size() > 1) {
                    const auto archs = sequence.first(command.n);
                    columns.emplace_back(archs.size());
                    terms->evaluate(archs, columns.back());
                }
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
            warn_of_failures(info.name, pool.column, console);
            profiles.push_back(pooled_profile(space, {pool.archs, pool.column.values}, info,
                                              {resolution}, options));
            VarianceOptions variance;
            variance.level = options.level;
            variance.noisy = info.noisy;
            profiles.back().shares =
                pooled_variance_shares(space, {pool.archs, pool.column.values}, variance);
            table.add(info.column, pool.archs, pool.column.values);
            columns.push_back(std::move(pool.column.values));
        }
        if (command.metrics.size() > 1) {
            const auto of_this = std::span(profiles).subspan(first_profile);
            for (auto& a : agreements(of_this, columns, options.level)) {
                correlations.push_back(std::move(a));
            }
        }
        if (!table.archs.empty()) tables.push_back(std::move(table));
    }
    write_profiles(command.output, space, profiles, provenance);
    write_file(command.output + "/table.csv", table_csv(space, tables));
    if (command.metrics.size() > 1) {
        write_file(command.output + "/correlations.csv", correlations_csv(correlations));
    }
    std::string text;
    for (const auto& profile : profiles) {
        text += terminal_heatmap(space, profile, Console::truecolour(1)) + "\n";
    }
    if (!common.console.quiet) write_output("-", text);
    console.say(fmt::format(
        "wrote {0}/blocks.csv, placements.csv, depths.csv, variance.csv, table.csv{2} and "
        "profile.json; seed {1}",
        command.output, common.seed, command.metrics.size() > 1 ? ", correlations.csv" : ""));
    return Console::interrupted() ? 130 : 0;
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
    verb.add_option("--metric", command->metrics, "see blockscope metrics; may be repeated")
        ->required()
        ->expected(1)
        ->take_all();
    verb.add_option("-n", command->n, "architectures to sample where the estimate is not exact")
        ->check(CLI::Range(std::size_t{20}, std::size_t{100000000}))
        ->capture_default_str();
    verb.add_option("--budget", command->budget,
                    "of measured metrics at each resolution: 60s, or 500 networks; default -n");
    verb.add_option("--estimator", command->estimator, "auto, exact or pooled")
        ->check(CLI::IsMember({"auto", "exact", "pooled"}))
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
    verb.add_option("--study", program.common().study,
                    "file of the study; default DIR/study.sqlite");
    program.add_resolution(verb);
    program.add_common(verb);
}

}  // namespace blockscope::cli
