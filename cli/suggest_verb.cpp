#include <memory>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/profile/suggest.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/space_file.hpp"

#include "cli/architectures.hpp"
#include "cli/program.hpp"

namespace blockscope::cli {
namespace {

struct SuggestCommand {
    std::string space;
    std::string data;
    std::size_t n = 50;
    std::string output = "-";
};

int run(const SuggestCommand& command, const Common& common, Console& console) {
    const auto space = load_space(command.space);
    std::vector<Architecture> known;
    if (!command.data.empty()) known = read_architectures(space, command.data);
    std::string text = "arch,resolution\n";
    for (const int resolution : chosen_resolutions(space, common)) {
        std::vector<Architecture> measured;
        for (const auto& a : known) {
            if (a.resolution == resolution) measured.push_back(a);
        }
        SuggestOptions options;
        options.resolution = resolution;
        const auto chosen = suggest(space, measured, command.n, Rng(common.seed), options);
        if (chosen.empty()) {
            throw Error(
                fmt::format("all architectures of '{}' at {} are measured", space.name, resolution),
                Fault::infeasible);
        }
        for (const auto& a : chosen) text += body_text(space, a) + fmt::format(",{}\n", resolution);
        console.say(fmt::format(
            "{} architectures at {} beside {} measured there, of {} in the data; best first, no "
            "uniform sample; seed {}",
            chosen.size(), resolution, measured.size(), known.size(), common.seed));
        if (chosen.size() < command.n) {
            console.warn(
                fmt::format("'{}' has no more than these left at {}", space.name, resolution));
        }
    }
    write_output(command.output, text);
    return 0;
}

}  // namespace

void add_suggest(Program& program) {
    const auto command = std::make_shared<SuggestCommand>();
    CLI::App& verb = program.add_verb("suggest", "the architectures worth measuring next, as CSV",
                                      "blockscope suggest ofa-mbv3 -n 20",
                                      [command](const Common& common, Console& console) {
                                          return run(*command, common, console);
                                      });
    verb.add_option("SPACE", command->space, "name or TOML file")->required();
    verb.add_option("--data", command->data,
                    "what is measured already: CSV with an arch column; default nothing");
    verb.add_option("-n", command->n, "how many at each resolution")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1000000}))
        ->capture_default_str();
    Program::add_output(verb, command->output);
    program.add_resolution(verb);
    program.add_common(verb);
}

}  // namespace blockscope::cli
