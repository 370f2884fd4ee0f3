#include "cli/console.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"

#include "cli/host.hpp"
#include "cli/interrupts.hpp"

namespace blockscope::cli {
namespace {

double seconds_between(std::chrono::steady_clock::time_point a,
                       std::chrono::steady_clock::time_point b) {
    return std::chrono::duration<double>(b - a).count();
}

void print_json(const nlohmann::ordered_json& event) {
    fmt::print(stderr, "{}\n",
               event.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace

Console::Console(ConsoleOptions options)
    : options_(options), terminal_(!options.json && ::isatty(2) != 0) {
    if (!terminal_ && host() == nullptr) shown_ = begin_;  // what is over soon needs no line
}

void Console::clear_bar() {
    if (bar_shown_) fmt::print(stderr, "\r\x1b[K");
    bar_shown_ = false;
}

void Console::write(const char* event, std::string_view line) {
    if (options_.quiet) return;
    if (host() != nullptr) {
        host()->say(event, line);
        return;
    }
    if (options_.json) {
        print_json({{"event", event}, {"message", line}});
        return;
    }
    clear_bar();
    const bool is_warning = std::string_view(event) == "warning";
    fmt::print(stderr, "{}{}\n", is_warning ? "warning: " : "", line);
}

int Console::error(std::string_view line, int exit_code) {
    if (host() != nullptr) {
        host()->say("error", line);
    } else if (options_.json) {
        print_json({{"event", "error"}, {"message", line}, {"exit_code", exit_code}});
    } else {
        clear_bar();
        fmt::print(stderr, "blockscope: {}\n", line);
    }
    return exit_code;
}

int Console::end(int exit_code) {
    clear_bar();
    if (options_.json && !options_.quiet && host() == nullptr) {
        print_json({{"event", "end"},
                    {"exit_code", exit_code},
                    {"seconds", seconds_between(begin_, Clock::now())}});
    }
    return exit_code;
}

/// Often enough for a bar, every 10 s where lines pile up, every second for programs.
bool Console::is_due(std::string_view task, double done) {
    if (options_.quiet) return false;
    const auto now = Clock::now();
    if (task != task_) {
        task_ = task;
        start_ = now;
        done_before_ = done;
    }
    const bool bar = terminal_ || host() != nullptr;
    const std::chrono::milliseconds pause(options_.json ? 1000 : bar ? 200 : 10000);
    if (now - shown_ < pause) return false;
    shown_ = now;
    return true;
}

void Console::update(std::string_view task, double done, double total) {
    if (!is_due(task, done)) return;
    if (host() != nullptr) {
        host()->progress(task, done, total, "items", note_);
        return;
    }
    const double elapsed = seconds_between(start_, Clock::now());
    if (options_.json) {
        print_json({{"event", "progress"},
                    {"task", task},
                    {"done", done},
                    {"total", total},
                    {"unit", "items"},
                    {"seconds", elapsed},
                    {"note", note_}});
        return;
    }
    std::string line = total > 0 ? fmt::format("{}: {:.0f} of {:.0f}", task, done, total)
                                 : fmt::format("{}: {:.0f}", task, done);
    const double made = done - done_before_;  // not what an earlier run of the program did
    if (total > 0 && made > 0 && elapsed > 1) {
        line += fmt::format(", {:.1f} per s, {:.0f} s left", made / elapsed,
                            elapsed * (total - done) / made);
    }
    if (!note_.empty()) line += "; " + note_;
    show(std::move(line), total > 0 ? done / total : -1);
}

void Console::update_seconds(std::string_view task, double done, double total,
                             std::string_view note) {
    if (!is_due(task, done)) return;
    if (host() != nullptr) {
        host()->progress(task, done, total, "s", note);
        return;
    }
    if (options_.json) {
        print_json({{"event", "progress"},
                    {"task", task},
                    {"done", done},
                    {"total", total},
                    {"unit", "s"},
                    {"note", note}});
        return;
    }
    show(fmt::format("{}: {:.0f} of {:.0f} s, {}", task, done, total, note), done / total);
}

/// fraction: of the bar; below 0 for no bar.
void Console::show(std::string line, double fraction) {
    if (!terminal_) {
        fmt::print(stderr, "{}\n", line);
        return;
    }
    constexpr int width = 24;
    if (fraction >= 0) {
        const int full = static_cast<int>(width * std::min(1.0, fraction));
        line = fmt::format("[{:<{}}] {}", std::string(static_cast<std::size_t>(full), '='), width,
                           line);
    }
    fmt::print(stderr, "\r\x1b[K{}", line);
    std::fflush(stderr);
    bar_shown_ = true;
}

bool Console::stop_requested() const { return interrupted(); }

bool Console::truecolour(int file) {
    const char* colour = std::getenv("COLORTERM");
    return host() == nullptr && ::isatty(file) != 0 && std::getenv("NO_COLOR") == nullptr &&
           colour != nullptr &&
           (std::string_view(colour) == "truecolor" || std::string_view(colour) == "24bit");
}

bool Console::interrupted() { return cli::interrupted(); }

void write_output(const std::string& path, std::string_view content) {
    if (path != "-") {
        write_file(path, content);
        return;
    }
    if (host() != nullptr) {
        host()->output(content);
        return;
    }
    if (std::fwrite(content.data(), 1, content.size(), stdout) != content.size() ||
        std::fflush(stdout) != 0) {
        throw Error("standard output cannot be written", Fault::runtime);
    }
}

}  // namespace blockscope::cli
