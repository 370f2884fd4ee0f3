#include <set>

#include <fmt/format.h>

#include "blockscope/metric/registry.hpp"
#include "blockscope/space/space_file.hpp"

#include "cli/description.hpp"

namespace blockscope::cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

/// Names without a place to fill in, such as csv:FILE#COLUMN, and without colons, which shells
/// take for the end of a word.
std::vector<std::string> metric_names() {
    std::vector<std::string> names;
    for (const auto& report : metric_reports()) {
        if (report.info.name.find(':') == std::string::npos) names.push_back(report.info.name);
    }
    return names;
}

std::vector<std::string> names_of(const OptionDescription& option) {
    std::vector<std::string> names;
    if (!option.long_name.empty()) names.push_back(option.long_name);
    if (!option.short_name.empty()) names.push_back(option.short_name);
    return names;
}

std::string bash_values(const OptionDescription& option) {
    switch (option.offered) {
        case Offered::choices:
            return fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$cur\"))",
                               joined(option.choices));
        case Offered::spaces:
            return "_blockscope_spaces";
        case Offered::metrics:
            return "COMPREPLY=($(compgen -W \"$_blockscope_metrics\" -- \"$cur\"))";
        case Offered::files:
            return "_blockscope_files";
        case Offered::nothing:
            return "COMPREPLY=()";
    }
    return "";
}

/// In single quotes of zsh's _arguments, where brackets and colons mean something.
std::string zsh_text(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '\'') {
            out += "'\\''";
            continue;
        }
        if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

std::string zsh_values(const OptionDescription& option) {
    switch (option.offered) {
        case Offered::choices:
            return fmt::format("({})", joined(option.choices));
        case Offered::spaces:
            return "_blockscope_spaces";
        case Offered::metrics:
            return "_blockscope_metrics";
        case Offered::files:
            return "_files";
        case Offered::nothing:
            return " ";
    }
    return "";
}

std::string zsh_option(const OptionDescription& option) {
    if (option.positional) {
        return fmt::format("'{}:{}:{}'", option.several ? "*" : "", zsh_text(option.long_name),
                           zsh_values(option));
    }
    const std::string value =
        option.is_flag() ? "" : fmt::format(":{}:{}", option.key, zsh_values(option));
    std::string text;
    for (const auto& name : names_of(option)) {
        text += fmt::format("{}'{}{}[{}]{}'", text.empty() ? "" : " ", option.several ? "*" : "",
                            name, zsh_text(option.help), value);
    }
    return text;
}

}  // namespace

std::string bash_completion(const std::vector<VerbDescription>& verbs) {
    std::vector<std::string> names;
    std::string options;
    std::string values;
    for (const auto& verb : verbs) {
        names.push_back(verb.name);
        std::vector<std::string> of_verb;
        std::string cases;
        std::string positionals;
        for (const auto& option : verb.options) {
            if (option.positional) {
                if (positionals.empty()) positionals = bash_values(option);
                continue;
            }
            for (const auto& name : names_of(option)) of_verb.push_back(name);
            if (!option.is_flag()) {
                std::string patterns;
                for (const auto& name : names_of(option)) {
                    patterns += (patterns.empty() ? "" : "|") + name;
                }
                cases += fmt::format("                {}) {}; return ;;\n", patterns,
                                     bash_values(option));
            }
        }
        if (positionals.empty()) positionals = "COMPREPLY=()";
        values += fmt::format(
            "        {})\n            case $prev in\n{}            esac\n"
            "            if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '{}' -- \"$cur\")); "
            "return; fi\n            {} ;;\n",
            verb.name, cases, joined(of_verb), positionals);
    }
    return fmt::format(
        R"(# bash completion of blockscope, written by `blockscope completion bash`
_blockscope_metrics='{}'

_blockscope_files() {{
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$cur"))
}}

_blockscope_spaces() {{
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -W '{}' -- "$cur") $(compgen -f -X '!*.toml' -- "$cur") $(compgen -d -- "$cur"))
}}

_blockscope() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD - 1]}}
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W '{} --help --version' -- "$cur"))
        return
    fi
    case ${{COMP_WORDS[1]}} in
{}    esac
}}
complete -F _blockscope blockscope
)",
        joined(metric_names()), joined(built_in_space_names()), joined(names), values);
}

std::string zsh_completion(const std::vector<VerbDescription>& verbs) {
    std::string list;
    std::string cases;
    for (const auto& verb : verbs) {
        list += fmt::format("        '{}:{}'\n", verb.name, zsh_text(verb.what));
        std::string options;
        for (const auto& option : verb.options) {
            options += fmt::format(" \\\n                {}", zsh_option(option));
        }
        cases += fmt::format("        {})\n            _arguments -s{} ;;\n", verb.name, options);
    }
    return fmt::format(
        R"(#compdef blockscope
# zsh completion of blockscope, written by `blockscope completion zsh`
_blockscope_spaces() {{
    _alternative 'spaces:space:({})' 'files:file:_files -g "*.toml"'
}}

_blockscope_metrics() {{
    _alternative 'metrics:metric:({})'
}}

_blockscope() {{
    local -a verbs
    verbs=(
{}    )
    if (( CURRENT == 2 )); then
        _describe verb verbs
        return
    fi
    local verb=$words[2]
    shift words
    (( CURRENT-- ))
    case $verb in
{}    esac
}}
_blockscope "$@"
)",
        joined(built_in_space_names()), joined(metric_names()), list, cases);
}

}  // namespace blockscope::cli
