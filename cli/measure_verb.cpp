#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/error.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"

#include "cli/architectures.hpp"
#include "cli/measure_command.hpp"
#include "cli/pool.hpp"
#include "cli/processes.hpp"
#include "cli/program.hpp"

namespace blockscope::cli {

std::vector<Architecture> chosen_architectures(const MeasureCommand& command,
                                               const DesignSpace& space, const Common& common,
                                               std::size_t usual_n) {
    std::vector<Architecture> archs;
    if (!command.archs.empty()) archs = read_architectures(space, command.archs);
    const auto resolutions = chosen_resolutions(space, common);
    for (const auto& text : command.arch) {
        archs.push_back(parse_architecture(space, text, resolutions.front(), "--arch"));
    }
    const Part shard = parse_part(command.shard, "--shard");
    if (!archs.empty()) return shard_of(std::move(archs), shard);
    for (const int resolution : resolutions) {
        const auto drawn =
            sample(space, command.n > 0 ? command.n : usual_n, Rng(common.seed), resolution);
        archs.insert(archs.end(), drawn.begin(), drawn.end());
    }
    return shard_of(std::move(archs), shard);
}

double budget_seconds(const MeasureCommand& command) {
    if (command.budget.empty()) return 0;
    const double seconds = parse_budget(command.budget, 1).seconds;
    if (seconds == 0) {
        throw Error(fmt::format("--budget '{}' is no time such as 60s", command.budget));
    }
    return seconds;
}

nlohmann::ordered_json provenance(const Common& common, const DesignSpace& space,
                                  const MetricInfo& metric) {
    nlohmann::ordered_json file;
    file["blockscope"] = BLOCKSCOPE_VERSION;
    file["command"] = common.command_line;
    file["space"] = space.name;
    file["metric"] = metric.name;
    file["column"] = metric.column;
    file["unit"] = metric.unit;
    file["source"] = metric.source;
    file["seed"] = common.seed;
    return file;
}

void add_measure(Program& program) {
    const auto command = std::make_shared<MeasureCommand>();
    CLI::App& verb = program.add_verb("measure", "measures latency of architectures, as CSV",
                                      "blockscope measure ofa-mbv3 -n 3 --visits 2",
                                      [command](const Common& common, Console& console) {
                                          return command->by == "operator"
                                                     ? measure_operators(*command, common, console)
                                                     : measure_networks(*command, common, console);
                                      });
    verb.add_option("SPACE", command->space, "name or TOML file")->required();
    verb.add_option("--archs", command->archs, "CSV with an arch column; else -n random ones");
    verb.add_option("--arch", command->arch, "one architecture; may be repeated")
        ->expected(1)
        ->allow_extra_args(false)  // a list of lists in brackets is one value
        ->take_all();
    verb.add_option("-n", command->n,
                    "random architectures at each resolution; default 20, with --by operator 1")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1000000}));
    verb.add_option("--metric", command->metric,
                    "latency/host[:engine=..,threads=..,batch=..,affinity=..] or run:COMMAND")
        ->capture_default_str();
    verb.add_option("--by", command->by, "network, or operator: where in a network time goes")
        ->check(CLI::IsMember({"network", "operator"}))
        ->capture_default_str();
    verb.add_option("--visits", command->visits,
                    "timed runs of each, spread over the time; default 4, with --spread at most "
                    "60, with --by operator 20")
        ->check(CLI::Range(1, 1000));
    verb.add_option("--spread", command->spread,
                    "1%: a network is done once its interval reaches no further from its mean");
    verb.add_option("--budget", command->budget, "60s: of measuring, earlier runs included");
    verb.add_option("--sustain", command->sustain,
                    "10min: visits go on for that long, and whether the ranking at the end is that "
                    "at the beginning is told");
    verb.add_option("--level", command->level, "of intervals")
        ->check(between(0, 1))
        ->capture_default_str();
    verb.add_flag("--strict", command->strict, "exit with 6 if a result cannot be trusted");
    verb.add_option("--shard", command->shard,
                    "2/8: of the architectures every eighth from the second on, for the jobs of an "
                    "array; blockscope merge joins their studies");
    program.add_team(verb);
    Program::add_output(verb, command->output);
    program.add_study(verb, "file of the study; default study.sqlite beside -o FILE");
    program.add_resolution(verb);
    program.add_common(verb);
}

}  // namespace blockscope::cli
