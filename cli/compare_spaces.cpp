#include <filesystem>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/search/comparison_files.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

#include "cli/architectures.hpp"
#include "cli/compare_sources.hpp"
#include "cli/program.hpp"
#include "cli/study_at_hand.hpp"

namespace blockscope::cli {
namespace {

/// Values of random networks, and what the metric is.
MetricColumn evaluate(const std::string& name, const DesignSpace& space, int resolution,
                      const CompareCommand& command, const Common& common, StudyAtHand& study,
                      Console& console, MetricInfo& info) {
    auto metric = make_metric(name, space, common.seed, common.threads);
    if (metric->info().costly)
        metric = study.remember(std::move(metric), name, LatencyOptions().visits, space);
    info = metric->info();
    const auto archs = sample(space, command.n, Rng(common.seed), resolution, common.threads);
    auto column = metric->evaluate(space, archs, &console);
    warn_of_failures(info.name, column, console);
    return column;
}

std::string text(const Estimate& e) {
    return fmt::format("{} ({} to {})", significant(e.value, 5), significant(e.low, 4),
                       significant(e.high, 4));
}

void say(const SpaceComparison& c, Console& console) {
    for (const auto& d : c.differences) {
        console.say(fmt::format("{}{}, {}: B - A {} {} (A {}, B {})", c.metric,
                                c.as_error ? " (100 - value)" : "", d.of, text(d.difference),
                                c.unit, significant(d.first.value, 5),
                                significant(d.second.value, 5)));
    }
    const double p = c.same.p_value;
    console.say(fmt::format("{}: distribution functions differ by {} at most, p {} (Smirnov)",
                            c.metric, significant(c.same.statistic, 3),
                            p < 1e-12 ? std::string("below 1e-12") : significant(p, 2)));
}

}  // namespace

int compare_two_spaces(const CompareCommand& command, const Common& common, Console& console) {
    const DesignSpace spaces[] = {load_space(command.first), load_space(command.second)};
    if (command.metrics.empty()) {
        throw CLI::RequiredError(
            fmt::format("--metric, to compare '{}' and '{}' as spaces (directories of `search` "
                        "need none),",
                        command.first, command.second));
    }
    const auto resolutions = chosen_resolutions(spaces[0], common);
    if (resolutions.size() > 1) throw CLI::ValidationError("a comparison has one --resolution");
    make_output_directory(command.output);
    const std::filesystem::path folder(command.output);
    StudyAtHand study(common, study_in(folder), console);
    std::vector<SpaceComparison> comparisons;
    for (const auto& name : command.metrics) {
        MetricInfo info[2];
        MetricColumn columns[2];
        for (int i = 0; i < 2; ++i) {
            columns[i] = evaluate(name, spaces[i], resolutions.front(), command, common, study,
                                  console, info[i]);
        }
        comparisons.push_back(
            compare_spaces(info[0], columns[0].values, columns[1].values, command.level));
        say(comparisons.back(), console);
    }
    const ComparisonNames names{command.first,
                                command.second,
                                {{"tool", "blockscope"},
                                 {"version", BLOCKSCOPE_VERSION},
                                 {"command", common.command_line},
                                 {"seed", std::to_string(common.seed)},
                                 {"resolution", std::to_string(resolutions.front())}}};
    write_file(folder / "comparison.json", comparison_json(names, comparisons));
    write_file(folder / "distributions.csv", distributions_csv(comparisons));
    console.say(
        fmt::format("{} random networks of each at {}, seed {}, {} % intervals; wrote "
                    "{}/comparison.json and distributions.csv",
                    command.n, resolutions.front(), common.seed,
                    significant(100 * command.level, 3), command.output));
    return 0;
}

}  // namespace blockscope::cli
