#pragma once

#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/common.hpp"

namespace blockscope::cli {

/// The program as verbs with their options. A verb is one file: its options, and what it does.
class Program {
public:
    using Work = std::function<int(const Common&, Console&)>;

    Program();

    /// example: a command line that runs, shown under --help.
    CLI::App& add_verb(const char* name, const char* what, const char* example, Work work);
    /// The options that every verb has; called after the verb's own, so that help shows them last.
    void add_common(CLI::App& verb);
    void add_resolution(CLI::App& verb);
    /// Of verbs whose costly metrics a team shares: --device-map and --watchdog.
    void add_team(CLI::App& verb);
    /// --study with its help, and --across-contexts.
    void add_study(CLI::App& verb, const char* help);
    /// -o of a verb whose result is one text; `output` is "-" by default.
    static void add_output(CLI::App& verb, std::string& output);

    Common& common() { return common_; }

    /// Parses and does it. arguments: the program's name first. crew: of the processes that share
    /// the work; null: there is none. Returns the exit code; throws Error.
    int run(std::vector<std::string> arguments, Crew* crew = nullptr);

    const CLI::App& app() const { return app_; }

private:
    int usage_error(const CLI::ParseError& error) const;

    CLI::App app_;
    Common common_;
    Work work_;
    std::vector<CLI::Option*> required_;  ///< of the verb; --config may give them too
};

void add_spaces(Program& program);
void add_space(Program& program);
void add_metrics(Program& program);
void add_sample(Program& program);
void add_evaluate(Program& program);
void add_measure(Program& program);
void add_profile(Program& program);
void add_explain(Program& program);
void add_suggest(Program& program);
void add_prune(Program& program);
void add_search(Program& program);
void add_compare(Program& program);
void add_fit(Program& program);
void add_export(Program& program);
void add_train(Program& program);
void add_check(Program& program);
void add_merge(Program& program);
void add_report(Program& program);
void add_doctor(Program& program);
void add_completion(Program& program);

/// All of them, in the order of the help.
void add_verbs(Program& program);

/// For Option::check: a number strictly between two others.
std::function<std::string(const std::string&)> between(double low, double high);

}  // namespace blockscope::cli
