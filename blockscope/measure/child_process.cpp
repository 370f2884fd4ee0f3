#include "blockscope/measure/child_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>
#include <poll.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"

namespace blockscope {
namespace {

using Clock = std::chrono::steady_clock;

void close_if_open(int& file) {
    if (file >= 0) ::close(file);
    file = -1;
}

[[noreturn]] void refuse(const char* what) {
    throw Error(fmt::format("cannot start a runner: {}: {}", what, std::strerror(errno)),
                Fault::runtime);
}

}  // namespace

ChildProcess::ChildProcess(const std::string& command) {
    // a socket, because a write to one that nobody reads can be told not to raise SIGPIPE
    std::array<int, 2> in{-1, -1};
    std::array<int, 2> out{-1, -1};
    std::array<int, 2> err{-1, -1};
    const auto close_all = [&] {
        for (auto* pair : {&in, &out, &err}) {
            for (int& file : *pair) close_if_open(file);
        }
    };
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in.data()) != 0 ||
        ::pipe2(out.data(), O_CLOEXEC) != 0 || ::pipe2(err.data(), O_CLOEXEC) != 0) {
        close_all();
        refuse("no pipe");
    }
    const char* const text = command.c_str();
    pid_ = ::fork();
    if (pid_ == 0) {
        // only calls that are safe between fork and exec
        ::setpgid(0, 0);
        ::dup2(in[0], STDIN_FILENO);
        ::dup2(out[1], STDOUT_FILENO);
        ::dup2(err[1], STDERR_FILENO);
        ::execl("/bin/sh", "sh", "-c", text, nullptr);
        ::kill(::getpid(), SIGKILL);
    }
    if (pid_ < 0) {
        close_all();
        refuse("no process");
    }
    ::setpgid(pid_, pid_);  // whoever comes first, so that kill_group always finds the group
    input_ = in[1];
    output_ = out[0];
    error_ = err[0];
    ::close(in[0]);
    ::close(out[1]);
    ::close(err[1]);
    ::fcntl(output_, F_SETFL, O_NONBLOCK);
    ::fcntl(error_, F_SETFL, O_NONBLOCK);
}

ChildProcess::~ChildProcess() {
    close_if_open(input_);
    close_if_open(output_);
    close_if_open(error_);
    kill_group();
    if (!reaped_) ::waitpid(pid_, &status_, 0);
}

void ChildProcess::kill_group() const { ::kill(-pid_, SIGKILL); }

bool ChildProcess::write(std::string_view text) {
    while (!text.empty()) {
        const auto sent = ::send(input_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0)
            return false;  // also where it lets more requests pile up than a socket holds
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void ChildProcess::close_input() { close_if_open(input_); }

ChildProcess::Wait ChildProcess::read(std::string& text, double seconds,
                                      const std::function<bool()>& stop) {
    const auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                             std::chrono::duration<double>(std::min(seconds, 1e8)));
    std::array<char, 4096> buffer;
    while (true) {
        if (stop && stop()) return Wait::stopped;
        std::array<pollfd, 2> files{{{output_, POLLIN, 0}, {error_, POLLIN, 0}}};
        constexpr int tenth_of_a_second_ms = 100;
        ::poll(files.data(), files.size(), tenth_of_a_second_ms);
        if ((files[1].revents & (POLLIN | POLLHUP)) != 0) {
            const auto got = ::read(error_, buffer.data(), buffer.size());
            if (got > 0) {
                complaints_.append(buffer.data(), static_cast<std::size_t>(got));
                constexpr std::size_t most = 4096;
                if (complaints_.size() > most) complaints_.erase(0, complaints_.size() - most);
            } else if (got == 0) {
                close_if_open(error_);  // poll passes over it from now on
            }
        }
        if ((files[0].revents & (POLLIN | POLLHUP)) != 0) {
            const auto got = ::read(output_, buffer.data(), buffer.size());
            if (got > 0) {
                text.append(buffer.data(), static_cast<std::size_t>(got));
                return Wait::output;
            }
            if (got == 0) return Wait::closed;
        }
        if (Clock::now() >= deadline) return Wait::timed_out;
    }
}

std::string ChildProcess::how_it_ended() {
    for (int i = 0; i < 100 && !reaped_; ++i) {
        reaped_ = ::waitpid(pid_, &status_, WNOHANG) == pid_;
        if (!reaped_) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    if (!reaped_) return "closed its output and did not end";
    if (WIFSIGNALED(status_)) return fmt::format("was killed by signal {}", WTERMSIG(status_));
    const int code = WEXITSTATUS(status_);
    return code == 0 ? "" : fmt::format("ended with exit code {}", code);
}

std::string ChildProcess::last_complaint() const {
    const auto text = trim(complaints_);
    const auto line = text.substr(text.find_last_of('\n') + 1);
    constexpr std::size_t most = 200;
    return std::string(trim(line.substr(0, most)));
}

std::string shell_quoted(std::string_view word) {
    std::string quoted = "'";
    for (const char c : word) {
        if (c == '\'') {
            quoted += "'\\''";
        } else {
            quoted += c;
        }
    }
    return quoted + "'";
}

}  // namespace blockscope
