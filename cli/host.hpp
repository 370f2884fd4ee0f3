#pragma once

#include <exception>
#include <string_view>

namespace blockscope::cli {

/// A program that has commands run in its own process, and is told what the command line would
/// print. All of it is called on the thread that runs the command.
class [[gnu::visibility("default")]] Host {
public:
    virtual ~Host() = default;
    /// What would go to standard output.
    virtual void output(std::string_view text) = 0;
    /// A line for people. kind: "summary", "warning", "detail" or "error".
    virtual void say(std::string_view kind, std::string_view line) = 0;
    /// At most five times a second. unit: of done and total, "items" or "s"; total 0: not known.
    /// note: what the work has come to so far, may be empty.
    virtual void progress(std::string_view task, double done, double total, std::string_view unit,
                          std::string_view note) = 0;
    /// The exception that ends the command; `say` gets its message next.
    virtual void failed(const std::exception_ptr& reason) = 0;
};

/// Of the command that runs; null: a terminal's, or none runs.
Host* host();

}  // namespace blockscope::cli
