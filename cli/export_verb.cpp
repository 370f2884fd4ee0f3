#include <memory>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/network/onnx_export.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/space_file.hpp"
#include "blockscope/supernet/subnet.hpp"

#include "cli/architectures.hpp"
#include "cli/program.hpp"

namespace blockscope::cli {
namespace {

struct ExportCommand {
    std::string space;
    std::string arch;
    std::string weights;
    std::string output;
};

struct Weights {
    Parameters parameters;
    std::string source;  ///< a phrase
};

Weights weights_of(const ExportCommand& command, const DesignSpace& space, const Architecture& a,
                   const NetworkGraph& network, std::uint64_t seed) {
    if (command.weights.empty()) {
        return {random_parameters(network, seed), fmt::format("random weights of seed {}", seed)};
    }
    const Supernet net = read_supernet(space, command.weights);
    const std::string published =
        net.published.empty() ? "" : fmt::format(" (published as {})", net.published);
    return {
        folded(extract(net, a)),
        fmt::format("weights and batch statistics of the supernet {}{}", net.source, published)};
}

int run(const ExportCommand& command, const Common& common, Console& console) {
    const auto space = load_space(command.space);
    const auto a = parse_architecture(space, command.arch,
                                      chosen_resolutions(space, common).front(), "--arch");
    const auto network = lower(space, a);
    const Weights weights = weights_of(command, space, a, network, common.seed);
    const auto model = to_onnx(network, weights.parameters);
    if (const auto problem = check_onnx(model); !problem.empty()) {
        throw Error("the ONNX checker refuses the model: " + problem, Fault::runtime);
    }
    write_output(command.output, model);
    console.say(fmt::format("{}: ONNX opset 14, {}, batch norm folded, input 1x3x{}x{}",
                            command.output, weights.source, a.resolution, a.resolution));
    return 0;
}

}  // namespace

void add_export(Program& program) {
    const auto command = std::make_shared<ExportCommand>();
    CLI::App& verb = program.add_verb(
        "export", "writes an architecture as ONNX, with random weights or a supernet's",
        "blockscope export ofa-mbv3 --arch \"{'ks':3,'e':3,'d':2}\" -o small.onnx",
        [command](const Common& common, Console& console) {
            return run(*command, common, console);
        });
    verb.add_option("SPACE", command->space, "name or TOML file")->required();
    verb.add_option("--arch", command->arch, "architecture")->required();
    verb.add_option("--weights", command->weights,
                    "checkpoint of the space's supernet (docs/supernets.md)");
    verb.add_option("-o,--output", command->output, "file")->required();
    program.add_resolution(verb);
    program.add_common(verb);
}

}  // namespace blockscope::cli
