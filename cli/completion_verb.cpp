#include <memory>

#include "cli/description.hpp"
#include "cli/program.hpp"

namespace blockscope::cli {
namespace {

struct CompletionCommand {
    std::string shell;
    std::string output = "-";
};

std::string text_for(const std::string& shell) {
    Program program;
    add_verbs(program);
    const auto verbs = describe(program.app());
    if (shell == "man") return manual_page(verbs, BLOCKSCOPE_VERSION);
    if (shell == "json") return description_json(verbs);
    return shell == "zsh" ? zsh_completion(verbs) : bash_completion(verbs);
}

}  // namespace

void add_completion(Program& program) {
    const auto command = std::make_shared<CompletionCommand>();
    CLI::App& verb = program.add_verb(
        "completion", "completes command lines in a shell; the same texts as a manual page",
        "blockscope completion bash", [command](const Common&, Console&) {
            write_output(command->output, text_for(command->shell));
            return 0;
        });
    verb.add_option("FOR", command->shell,
                    "bash and zsh: a script to source; man: the manual page; json: all verbs and "
                    "options as data")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "man", "json"}));
    Program::add_output(verb, command->output);
    program.add_common(verb);
}

}  // namespace blockscope::cli
