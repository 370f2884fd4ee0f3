#pragma once

#include <string>
#include <vector>

#include "cli/host.hpp"

namespace blockscope::cli {

/// Runs a command line in this process. arguments: its words, the program's name first. host: who
/// is told what would be printed; null: a terminal. Returns the exit code of docs/command_line.md
/// and throws nothing. One command runs at a time: a second thread waits, and a command within a
/// command (of a metric that a program brought) is refused.
[[gnu::visibility("default")]] int run_command(std::vector<std::string> arguments,
                                               Host* host = nullptr);

/// To be called in a forked process, where a command of another thread will never end.
[[gnu::visibility("default")]] void after_fork();

/// All verbs with their options, as JSON (cli/description.hpp).
[[gnu::visibility("default")]] std::string description_json();

}  // namespace blockscope::cli
