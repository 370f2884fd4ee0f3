#include "cli/program.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/cluster/crew.hpp"

#include "cli/config.hpp"
#include "cli/parts.hpp"

namespace blockscope::cli {
namespace {

std::string as_typed(const std::vector<std::string>& arguments) {
    std::string line = "blockscope";
    for (std::size_t i = 1; i < arguments.size(); ++i) line += " " + arguments[i];
    return line;
}

/// --help and --version, and what is printed for them.
int print(const CLI::App& app, const CLI::ParseError& asked) {
    std::ostringstream text;
    const int code = app.exit(asked, text, text);
    write_output("-", text.str());
    return code;
}

}  // namespace

Program::Program()
    : app_("Profiles design spaces of mobile neural networks for a device.", "blockscope") {
    app_.set_version_flag("--version", version_text, "version, and what is in and out");
    app_.require_subcommand(1);
}

CLI::App& Program::add_verb(const char* name, const char* what, const char* example, Work work) {
    CLI::App* verb = app_.add_subcommand(name, what);
    verb->footer(std::string("Example:\n  ") + example);
    // said twice, the last one counts: scripts give defaults that people override
    verb->option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    verb->callback([this, work = std::move(work)] { work_ = work; });
    return *verb;
}

void Program::add_common(CLI::App& verb) {
    verb.option_defaults()->group("Options of every verb");
    verb.add_option("--seed", common_.seed, "of everything random")->capture_default_str();
    verb.add_option("--threads", common_.threads, "0: all cores")->capture_default_str();
    verb.add_option("--config", common_.config, "TOML file with options as keys; options win");
    verb.add_flag("--dump-config", common_.dump_config, "print such a file and do nothing else");
    verb.add_flag("--no-host", common_.no_host, "leave host names out of what is written");
    verb.add_flag("--quiet", common_.console.quiet, "say nothing but errors");
    verb.add_flag("-v,--verbose", common_.console.verbose, "say more: versions, files, rates");
    verb.add_flag("--log-json", common_.console.json, "say it as JSON, one object a line");
}

void Program::add_study(CLI::App& verb, const char* help) {
    verb.add_option("--study", common_.study, help);
    verb.add_flag("--across-contexts", common_.across_contexts,
                  "go on where the study has values from other machines, versions or settings, and "
                  "keep them apart");
}

void Program::add_resolution(CLI::App& verb) {
    verb.add_option("--resolution", common_.resolutions, "input side in pixels; several allowed")
        ->delimiter(',')
        ->take_all();
}

void Program::add_team(CLI::App& verb) {
    verb.add_option("--device-map", common_.device_map,
                    "text file with a device a line: run: metrics share the networks among them; "
                    "under mpirun rank 0 has the first, rank 1 the second and so on");
    verb.add_option("--watchdog", common_.watchdog_s,
                    "under mpirun, seconds of silence after which others get a rank's work")
        ->check(between(0, 1e9))
        ->capture_default_str();
}

void Program::add_output(CLI::App& verb, std::string& output) {
    verb.add_option("-o,--output", output, "file, - for standard output")->capture_default_str();
}

int Program::usage_error(const CLI::ParseError& error) const {
    std::string hint;
    std::vector<std::string> names;
    std::string wrong;
    if (const auto verbs = app_.get_subcommands(); verbs.empty()) {
        for (const auto* verb : app_.get_subcommands(nullptr)) names.push_back(verb->get_name());
        if (common_.arguments.size() > 1) wrong = common_.arguments[1];
    } else if (const auto rest = verbs.front()->remaining(); !rest.empty()) {
        for (const auto* option : verbs.front()->get_options()) {
            for (const auto& name : option->get_lnames()) names.push_back("--" + name);
        }
        wrong = rest.front().substr(0, rest.front().find('='));
    }
    if (!wrong.empty()) hint = did_you_mean(wrong, names);
    Console(common_.console).error(error.what() + hint, 2);
    return 2;
}

int Program::run(std::vector<std::string> arguments, Crew* crew) {
    common_.command_line = as_typed(arguments);
    common_.arguments = std::move(arguments);
    for (auto* verb : app_.get_subcommands(nullptr)) {
        for (auto* option : verb->get_options()) {
            if (option->get_required()) required_.push_back(option);
        }
    }
    const auto require = [this](bool required) {
        for (auto* option : required_) option->required(required);
    };
    require(false);  // until --config has been read
    try {
        // CLI11 takes the words from the back, without the program's name
        app_.parse(
            std::vector<std::string>(common_.arguments.rbegin(), common_.arguments.rend() - 1));
        CLI::App& verb = *app_.get_subcommands().front();
        if (!common_.config.empty()) apply_config(verb, common_.config);
        if (common_.dump_config) {
            write_output("-", dump_config(verb));
            return 0;
        }
        for (const auto* option : required_) {
            const auto own = verb.get_options();
            if (option->empty() && std::find(own.begin(), own.end(), option) != own.end()) {
                throw CLI::RequiredError(option->get_name());
            }
        }
    } catch (const CLI::ParseError& e) {
        require(true);  // for the help
        return e.get_exit_code() == 0 ? print(app_, e) : usage_error(e);
    }
    Console console(common_.console);
    if (auto* space = app_.get_subcommands().front()->get_option_no_throw("SPACE")) {
        if (!space->results().empty()) common_.space = space->results().front();
    }
    common_.crew = crew;
    if (crew != nullptr) {
        crew->options().silence_s = common_.watchdog_s;
        crew->options().tell = [&](const std::string& line) { console.warn(line); };
    }
    try {
        return console.end(work_(common_, console));
    } catch (const CLI::ParseError& e) {  // options that do not go together
        console.error(e.what(), 2);
        return 2;
    }
}

std::function<std::string(const std::string&)> between(double low, double high) {
    return [low, high](const std::string& text) -> std::string {
        double value = 0;
        if (!parse_number(text, value)) return "not a number";
        if (value > low && value < high) return "";
        return fmt::format("must lie between {} and {}", low, high);
    };
}

}  // namespace blockscope::cli
