#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace blockscope::cli {

/// What completions offer for a value.
enum class Offered : std::uint8_t { nothing, choices, spaces, metrics, files };

/// One option of a verb, or one of its words without a name.
struct OptionDescription {
    std::string long_name;   ///< "--metric"; of a positional "SPACE"; "" if it has only a short one
    std::string short_name;  ///< "-o", or ""
    std::string key;         ///< in --config files and in Python: "metric", "n", "space"
    std::string help;
    std::string default_text;  ///< "" if it has none
    std::string type;          ///< "TEXT", "UINT", "FLOAT", ...; "" of a flag
    std::vector<std::string> choices;
    bool positional = false;
    bool required = false;
    bool several = false;  ///< may be said again, and all of them count
    bool common = false;   ///< every verb has it
    Offered offered = Offered::nothing;

    bool is_flag() const { return type.empty(); }
};

struct VerbDescription {
    std::string name;
    std::string what;                        ///< one line
    std::string example;                     ///< a command line that runs
    std::vector<OptionDescription> options;  ///< positionals first
};

/// The verbs of a program, in the order of its help; options that help hides are left out. The one
/// source of completions, of the manual page and of the Python functions.
std::vector<VerbDescription> describe(const CLI::App& app);

std::string description_json(const std::vector<VerbDescription>& verbs);

/// blockscope.1 in the language of man(7), generated from the same texts as --help.
std::string manual_page(const std::vector<VerbDescription>& verbs, const std::string& version);

/// Scripts that complete verbs, options, choices, spaces, metrics and files.
std::string bash_completion(const std::vector<VerbDescription>& verbs);
std::string zsh_completion(const std::vector<VerbDescription>& verbs);

}  // namespace blockscope::cli
