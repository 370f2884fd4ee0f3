#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "cli/description.hpp"

namespace blockscope::cli {
namespace {

/// Text as man(7) takes it: a minus that is typed is \-, and no line begins as a request.
std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\') {
            out += "\\e";
        } else if (c == '-') {
            out += "\\-";
        } else if (c == '\n') {
            out += "\n.br\n";
        } else {
            if ((out.empty() || out.back() == '\n') && (c == '.' || c == '\'')) out += "\\&";
            out += c;
        }
    }
    return out;
}

std::string names_of(const OptionDescription& option) {
    std::string names = option.short_name;
    if (!option.long_name.empty()) names += (names.empty() ? "" : ", ") + option.long_name;
    return names;
}

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

std::string item(const OptionDescription& option) {
    std::string text = fmt::format(".TP\n.B {}", escaped(names_of(option)));
    if (!option.is_flag() && !option.positional) text += fmt::format(" \\fI{}\\fR", option.type);
    text += "\n" + escaped(option.help);
    std::string choices;
    for (const auto& choice : option.choices) choices += (choices.empty() ? "" : ", ") + choice;
    if (!choices.empty()) text += "; one of " + escaped(choices);
    if (!option.default_text.empty()) text += " (default " + escaped(option.default_text) + ")";
    if (option.required) text += "; required";
    return text + ".\n";
}

std::string synopsis(const VerbDescription& verb) {
    std::string line = fmt::format(".B blockscope {}\n", escaped(verb.name));
    for (const auto& option : verb.options) {
        if (!option.positional) continue;
        const std::string word = escaped(option.long_name) + (option.several ? "..." : "");
        line += option.required ? ".I " + word + "\n" : ".RI [ " + word + " ]\n";
    }
    return line + ".RI [ options ]\n";
}

}  // namespace

std::string manual_page(const std::vector<VerbDescription>& verbs, const std::string& version) {
    std::string text = fmt::format(
        ".TH BLOCKSCOPE 1 \"\" \"blockscope {}\" \"User Commands\"\n"
        ".SH NAME\nblockscope \\- profiles design spaces of mobile neural networks for a device\n"
        ".SH SYNOPSIS\n.B blockscope\n.I verb\n.RI [ options ]\n.RI [ files ]\n"
        ".SH DESCRIPTION\nSays which blocks and depths of a design space help or hurt a metric, "
        "where in the network, how surely, and which architecture is best then. Data goes to files "
        "or, with \\fB\\-o \\-\\fR, to standard output; what is for people to standard error.\n",
        version);
    text += ".SH VERBS\n";
    for (const auto& verb : verbs) {
        text += fmt::format(".TP\n.B {}\n{}.\n", escaped(verb.name), escaped(verb.what));
    }
    std::string common;
    for (const auto& verb : verbs) {
        text += fmt::format(".SH {}\n{}.P\n{}.\n", escaped(upper(verb.name)), synopsis(verb),
                            escaped(verb.what));
        std::string of_every_verb;
        for (const auto& option : verb.options) {
            (option.common ? of_every_verb : text) += item(option);
        }
        if (common.empty()) common = of_every_verb;
        if (!verb.example.empty()) {
            text +=
                fmt::format(".P\nExample:\n.P\n.RS\n.EX\n{}\n.EE\n.RE\n", escaped(verb.example));
        }
    }
    text += ".SH OPTIONS OF EVERY VERB\n" + common;
    text +=
        ".SH EXIT STATUS\n"
        ".TP\n.B 0\ndone.\n.TP\n.B 1\nfailed while running.\n.TP\n.B 2\nusage.\n"
        ".TP\n.B 3\ninvalid input data.\n.TP\n.B 4\na constraint that nothing can meet.\n"
        ".TP\n.B 5\na device lost or timed out.\n"
        ".TP\n.B 6\ndone, but a result is flagged as untrustworthy (with \\fB\\-\\-strict\\fR).\n"
        ".TP\n.B 130\ninterrupted (Ctrl-C, SIGTERM), state saved: the same command goes on.\n";
    return text;
}

}  // namespace blockscope::cli
