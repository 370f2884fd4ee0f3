#include <fmt/format.h>

#include "blockscope/space/placement.hpp"
#include "blockscope/space/space_file.hpp"

#include "cli/program.hpp"

namespace blockscope::cli {
namespace {

int run() {
    std::string text = fmt::format("{:<16}{:<38}{:>8}{:>26}\n", "name", "title", "places",
                                   "architectures of the body");
    for (const auto& name : built_in_space_names()) {
        const auto space = load_space(name);
        text += fmt::format("{:<16}{:<38}{:>8}{:>26}\n", name, space.title,
                            placements(space).size(), size(space).body);
    }
    write_output("-", text);
    return 0;
}

}  // namespace

void add_spaces(Program& program) {
    CLI::App& verb =
        program.add_verb("spaces", "lists the built-in design spaces", "blockscope spaces",
                         [](const Common&, Console&) { return run(); });
    program.add_common(verb);
}

}  // namespace blockscope::cli
