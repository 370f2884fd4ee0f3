#pragma once

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "program.hpp"

namespace blockscope {

/// What SQLite says of a file, also while somebody writes it.
inline std::string sql(const std::filesystem::path& path, const std::string& query) {
    return run_shell(
               "python3 -c 'import sqlite3, sys\n"
               "print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])' " +
               path.string() + " \"" + query + "\" 2>/dev/null")
        .text;
}

inline std::size_t rows(const std::filesystem::path& study) {
    const auto text = sql(study, "SELECT count(*) FROM evaluations");
    return text.empty() ? 0 : std::stoul(text);
}

/// blockscope in a process of its own, its output thrown away.
inline pid_t start(const std::string& arguments) {
    const pid_t child = ::fork();
    if (child == 0) {
        const std::string command =
            "exec " + std::string(BLOCKSCOPE_BINARY) + " " + arguments + " >/dev/null 2>&1";
        ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
        ::_exit(127);
    }
    return child;
}

/// Waits for something that a process we started does, for as long as it lives.
template <typename Condition>
bool happens(pid_t child, Condition&& condition) {
    while (!condition()) {
        if (::waitpid(child, nullptr, WNOHANG) != 0) return condition();
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return true;
}

inline void end(pid_t child) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
}

}  // namespace blockscope
