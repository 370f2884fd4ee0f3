#include <memory>

#include <fmt/format.h>

#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

#include "cli/program.hpp"

namespace blockscope::cli {
namespace {

struct SampleCommand {
    std::string space;
    std::size_t n = 100;
    std::string output = "-";
};

int run(const SampleCommand& command, const Common& common, Console& console) {
    const auto space = load_space(command.space);
    std::string text = "arch,resolution\n";
    const auto resolutions = common.resolutions.empty() ? std::vector<int>{space.default_resolution}
                                                        : common.resolutions;
    for (const int resolution : resolutions) {
        for (const auto& a :
             sample(space, command.n, Rng(common.seed), resolution, common.threads)) {
            text += body_text(space, a) + fmt::format(",{}\n", resolution);
        }
    }
    write_output(command.output, text);
    console.say(fmt::format("{} architectures of {}, seed {}", command.n * resolutions.size(),
                            space.name, common.seed));
    return 0;
}

}  // namespace

void add_sample(Program& program) {
    const auto command = std::make_shared<SampleCommand>();
    CLI::App& verb = program.add_verb("sample", "draws random architectures, as CSV",
                                      "blockscope sample ofa-mbv3 -n 10 --seed 7",
                                      [command](const Common& common, Console& console) {
                                          return run(*command, common, console);
                                      });
    verb.add_option("SPACE", command->space, "name or TOML file")->required();
    verb.add_option("-n", command->n, "how many")
        ->check(CLI::Range(std::size_t{1}, std::size_t{100000000}))
        ->capture_default_str();
    Program::add_output(verb, command->output);
    program.add_resolution(verb);
    program.add_common(verb);
}

}  // namespace blockscope::cli
