#include <memory>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/network/onnx_export.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/space_file.hpp"

#include "cli/architectures.hpp"
#include "cli/program.hpp"

namespace blockscope::cli {
namespace {

struct ExportCommand {
    std::string space;
    std::string arch;
    std::string output;
};

int run(const ExportCommand& command, const Common& common, Console& console) {
    const auto space = load_space(command.space);
    const auto a = parse_architecture(space, command.arch,
                                      chosen_resolutions(space, common).front(), "--arch");
    const auto network = lower(space, a);
    const auto model = to_onnx(network, random_parameters(network, common.seed));
    if (const auto problem = check_onnx(model); !problem.empty()) {
        throw Error("the ONNX checker refuses the model: " + problem, Fault::runtime);
    }
    write_output(command.output, model);
    console.say(
        fmt::format("{}: ONNX opset 14, random weights of seed {}, batch norm folded, "
                    "input 1x3x{}x{}",
                    command.output, common.seed, a.resolution, a.resolution));
    return 0;
}

}  // namespace

void add_export(Program& program) {
    const auto command = std::make_shared<ExportCommand>();
    CLI::App& verb =
        program.add_verb("export", "writes an architecture as ONNX with random weights",
                         "blockscope export ofa-mbv3 --arch \"{'ks':3,'e':3,'d':2}\" -o small.onnx",
                         [command](const Common& common, Console& console) {
                             return run(*command, common, console);
                         });
    verb.add_option("SPACE", command->space, "name or TOML file")->required();
    verb.add_option("--arch", command->arch, "architecture")->required();
    verb.add_option("-o,--output", command->output, "file")->required();
    program.add_resolution(verb);
    program.add_common(verb);
}

}  // namespace blockscope::cli
