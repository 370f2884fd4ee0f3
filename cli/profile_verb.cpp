#include <fmt/format.h>

#include <algorithm>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/profile/profile_files.hpp"
#include "blockscope/report/heatmap.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"
#include "cli/architectures.hpp"
#include "cli/commands.hpp"

namespace blockscope::cli {
namespace {

/// Architectures and the metric columns evaluated on them; becomes table.csv.
struct EvaluatedTable {
    std::vector<Architecture> archs;
    std::vector<std::string> columns;
    std::vector<std::vector<double>> values;
};

std::string table_csv(const DesignSpace& space, const std::vector<EvaluatedTable>& tables) {
    std::vector<std::string> columns;
    for (const auto& table : tables) {
        for (const auto& c : table.columns) {
            if (std::find(columns.begin(), columns.end(), c) == columns.end()) columns.push_back(c);
        }
    }
    std::string text = "arch,resolution";
    for (const auto& c : columns) text += "," + csv_cell(c);
    text += '\n';
    for (const auto& table : tables) {
        for (std::size_t i = 0; i < table.archs.size(); ++i) {
            text += body_text(space, table.archs[i]) + fmt::format(",{}", table.archs[i].resolution);
            for (const auto& c : columns) {
                const auto found = std::find(table.columns.begin(), table.columns.end(), c);
                text += ',';
                if (found != table.columns.end()) {
                    text += round_trip(table.values[found - table.columns.begin()][i]);
                }
            }
            text += '\n';
        }
    }
    return text;
}

ProfileOptions profile_options(const ProfileCommand& command, const Common& common) {
    ProfileOptions options;
    options.level = common.level;
    options.percentiles = command.percentiles;
    options.protocol =
        common.protocol == "published" ? Protocol::published : Protocol::definition;
    return options;
}

}  // namespace

int run_profile(const ProfileCommand& command, const Common& common, Console& console) {
    const auto space = load_space(command.space);
    const auto options = profile_options(command, common);
    make_output_directory(command.output);
    std::vector<Profile> profiles;
    std::vector<EvaluatedTable> tables;
    for (const int resolution : chosen_resolutions(space, common)) {
        EvaluatedTable table;
        for (const auto& name : command.metrics) {
            const auto metric = make_metric(name, space);
            const auto terms = metric->additive(space, resolution);
            if (command.estimator == "exact" && !terms) {
                throw Error(fmt::format("'{}' is not a sum over layers: no exact estimate", name));
            }
            if (terms && command.estimator != "pooled") {
                profiles.push_back(
                    exact_profile(space, *terms, metric->info(), resolution, options));
            } else {
                if (table.archs.empty()) {
                    table.archs = sample(space, command.n, Rng(common.seed), resolution, common.threads);
                }
                const auto column = metric->evaluate(space, table.archs, &console);
                if (!column.failures.empty()) {
                    console.say(fmt::format("warning: {}: {} of {} architectures have no value, the "
                                            "first because: {}", name, column.failures.size(),
                                            table.archs.size(), column.failures.front().second));
                }
                profiles.push_back(pooled_profile(space, table.archs, column.values, metric->info(),
                                                  resolution, options));
                table.columns.push_back(metric->info().column);
                table.values.push_back(column.values);
            }
        }
        if (!table.archs.empty()) tables.push_back(std::move(table));
    }
    const Provenance provenance{{"tool", "blockscope"},
                                {"version", BLOCKSCOPE_VERSION},
                                {"command", common.command_line},
                                {"seed", std::to_string(common.seed)},
                                {"quantiles", "exact: smallest value reaching the probability; "
                                              "pooled: the same over the members of a cell"}};
    write_profiles(command.output, space, profiles, provenance);
    write_file(command.output + "/table.csv", table_csv(space, tables));
    std::string text;
    for (const auto& profile : profiles) {
        text += terminal_heatmap(space, profile, Console::truecolour(1)) + "\n";
    }
    if (!common.quiet) write_output("-", text);
    console.say(fmt::format("wrote {0}/blocks.csv, placements.csv, depths.csv, table.csv and "
                            "profile.json; seed {1}", command.output, common.seed));
    return 0;
}

}  // namespace blockscope::cli
