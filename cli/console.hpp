#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "blockscope/base/progress.hpp"

namespace blockscope::cli {

struct ConsoleOptions {
    bool quiet = false;    ///< nothing but errors
    bool verbose = false;  ///< details too
    bool json = false;     ///< one JSON object a line, with `event` and, mostly, `message`
};

/// Where the command line talks to people: standard error, and a bar that becomes a line every 10 s
/// where there is no terminal; or the program that runs the command (cli/host.hpp). Data goes to
/// files or standard output, never through here.
class Console : public Progress {
public:
    explicit Console(ConsoleOptions options);

    void say(std::string_view line) { write("summary", line); }
    void warn(std::string_view line) { write("warning", line); }
    void detail(std::string_view line) {
        if (options_.verbose) write("detail", line);
    }
    /// Also when quiet. Returns the exit code.
    int error(std::string_view line, int exit_code);
    /// The last event of a verb that came to its end. Returns the exit code.
    int end(int exit_code);

    void update(std::string_view task, double done, double total) override;
    /// The same for a budget of time; note: what it bought so far.
    void update_seconds(std::string_view task, double done, double total, std::string_view note);
    void note(std::string_view words) override { note_ = words; }
    bool stop_requested() const override;

    /// True if `file` (1: output, 2: error) is a terminal that shows 24-bit colour and NO_COLOR is
    /// not set.
    static bool truecolour(int file);
    /// Whether Ctrl-C asked running work to stop and save.
    static bool interrupted();

private:
    using Clock = std::chrono::steady_clock;
    void write(const char* event, std::string_view line);
    void clear_bar();
    bool is_due(std::string_view task, double done);
    void show(std::string line, double fraction);

    ConsoleOptions options_;
    bool terminal_;
    bool bar_shown_ = false;
    Clock::time_point begin_ = Clock::now();
    Clock::time_point start_ = begin_;  ///< of the task
    double done_before_ = 0;            ///< of the task, when it was first heard of
    Clock::time_point shown_{};
    std::string task_;
    std::string note_;
};

/// Writes to a file, or to standard output (the host's, if there is one) for "-".
void write_output(const std::string& path, std::string_view content);

}  // namespace blockscope::cli
