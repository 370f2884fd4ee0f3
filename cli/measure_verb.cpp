#include <map>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

#include "cli/architectures.hpp"
#include "cli/program.hpp"
#include "cli/study_at_hand.hpp"

namespace blockscope::cli {
namespace {

struct MeasureCommand {
    std::string space;
    std::string archs;
    std::size_t n = 20;
    std::string metric = "latency/host";
    int visits = 4;
    std::string output = "-";
    bool strict = false;
};

int run(const MeasureCommand& command, const Common& common, Console& console) {
    const auto space = load_space(command.space);
    auto original = make_metric(command.metric, space, common.seed, common.threads);
    if (original->measured() == nullptr) {
        throw Error(fmt::format("'{}' is not measured; use blockscope evaluate", command.metric));
    }
    std::vector<Architecture> archs;
    if (!command.archs.empty()) {
        archs = read_architectures(space, command.archs);
    } else {
        for (const int resolution : chosen_resolutions(space, common)) {
            const auto drawn = sample(space, command.n, Rng(common.seed), resolution);
            archs.insert(archs.end(), drawn.begin(), drawn.end());
        }
    }
    StudyAtHand study(common, study_beside(command.output), console);
    const auto metric = study.remember(std::move(original), command.visits);
    const auto column = metric->evaluate(space, archs, &console);
    std::map<int, std::optional<MeasuringQuality>> qualities;
    for (const auto& a : archs) {
        const auto [at, first] = qualities.try_emplace(a.resolution);
        if (first) at->second = metric->quality(space, a.resolution);
    }
    std::vector<std::string> reasons(archs.size());
    for (const auto& [i, reason] : column.failures) reasons[i] = reason;
    std::string text =
        "arch,resolution," + metric->info().column + ",standard_error_ms,visits,trust,reason\n";
    bool trusted = true;
    for (std::size_t i = 0; i < archs.size(); ++i) {
        const auto& quality = qualities[archs[i].resolution];
        const bool good = reasons[i].empty() && quality && quality->trusted;
        trusted = trusted && good;
        std::string why = reasons[i];
        if (why.empty() && quality) why = quality->reason;
        text += fmt::format("{},{},{},{},{},{},{}\n", body_text(space, archs[i]),
                            archs[i].resolution, round_trip(column.values[i]),
                            column.spread.empty() ? "" : round_trip(column.spread[i]),
                            command.visits, good, csv_cell(why));
    }
    write_output(command.output, text);
    console.say(fmt::format("{} architectures, {} visits each, {}; seed {}", archs.size(),
                            command.visits, metric->info().source, common.seed));
    if (Console::interrupted()) return 130;
    return command.strict && !trusted ? 6 : 0;
}

}  // namespace

void add_measure(Program& program) {
    const auto command = std::make_shared<MeasureCommand>();
    CLI::App& verb =
        program.add_verb("measure", "measures latency of architectures on this machine, as CSV",
                         "blockscope measure ofa-mbv3 -n 3 --visits 2",
                         [command](const Common& common, Console& console) {
                             return run(*command, common, console);
                         });
    verb.add_option("SPACE", command->space, "name or TOML file")->required();
    verb.add_option("--archs", command->archs, "CSV with an arch column; else -n random ones");
    verb.add_option("-n", command->n, "random architectures at each resolution")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1000000}))
        ->capture_default_str();
    verb.add_option("--metric", command->metric, "latency/host[:engine=..,threads=..,batch=..]")
        ->capture_default_str();
    verb.add_option("--visits", command->visits, "timed runs of each, spread over the time")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    verb.add_flag("--strict", command->strict, "exit with 6 if a result cannot be trusted");
    verb.add_option("-o,--output", command->output, "file, - for standard output")
        ->capture_default_str();
    verb.add_option("--study", program.common().study,
                    "file of the study; default study.sqlite beside -o FILE");
    program.add_resolution(verb);
    program.add_common(verb);
}

}  // namespace blockscope::cli
