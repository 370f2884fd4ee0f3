#include <memory>

#include <fmt/format.h>

#include "blockscope/space/placement.hpp"
#include "blockscope/space/preset.hpp"
#include "blockscope/space/space_file.hpp"

#include "cli/program.hpp"

namespace blockscope::cli {
namespace {

int list_presets() {
    std::string text =
        fmt::format("{:<34}{:<76}{:>26}\n", "name", "title", "architectures of the body");
    for (const auto& preset : presets()) {
        const auto name = preset.space + ":" + preset.name;
        text +=
            fmt::format("{:<34}{:<76}{:>26}\n", name, preset.title, size(load_space(name)).body);
    }
    text += "with -random behind the name: as many blocks, drawn at random (-random@7: seed 7)\n";
    write_output("-", text);
    return 0;
}

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
    const auto with_presets = std::make_shared<bool>(false);
    CLI::App& verb = program.add_verb(
        "spaces", "lists the built-in design spaces", "blockscope spaces",
        [with_presets](const Common&, Console&) { return *with_presets ? list_presets() : run(); });
    verb.add_flag("--presets", *with_presets,
                  "published restrictions of them instead, which are spaces too");
    program.add_common(verb);
}

}  // namespace blockscope::cli
