#include "cli/processes.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"

#include "cli/host.hpp"
#include "cli/interrupts.hpp"

namespace blockscope::cli {
namespace {

/// The program of the command line: this process, or of a host the one installed with the library;
/// empty: there is none.
std::string program() {
    if (host() == nullptr) return "/proc/self/exe";
    namespace fs = std::filesystem;
    Dl_info library{};
    if (::dladdr(reinterpret_cast<const void*>(&run_parts), &library) == 0) return "";
    const fs::path folder = fs::path(library.dli_fname).parent_path();
    for (const char* place : {"blockscope", "../bin/blockscope", "../../bin/blockscope"}) {
        std::error_code ignored;
        if (fs::is_regular_file(folder / place, ignored)) return (folder / place).string();
    }
    return "";
}

/// Waits for a process, and hands on to it that this one is to stop.
void tell_of_interrupts(pid_t child) {
    bool told = false;
    siginfo_t state{};
    while (::waitid(P_PID, static_cast<id_t>(child), &state, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           state.si_pid == 0) {
        if (interrupted() && !told) told = ::kill(child, SIGINT) == 0;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

/// In a group of its own, where a terminal's Ctrl-C does not reach it a second time, and ended with
/// us.
int run_process(std::vector<std::string> arguments) {
    const std::string path = program();
    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (auto& a : arguments) argv.push_back(a.data());
    argv.push_back(nullptr);
    const pid_t child = ::fork();
    if (child < 0) {
        throw Error(fmt::format("no process can be made: {}", std::strerror(errno)),
                    Fault::runtime);
    }
    if (child == 0) {
        ::setpgid(0, 0);
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        ::execv(path.c_str(), argv.data());
        ::execvp(argv[0], argv.data());
        ::_exit(127);
    }
    tell_of_interrupts(child);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    throw Error(fmt::format("a measuring process was killed by signal {}", WTERMSIG(status)),
                Fault::runtime);
}

}  // namespace

Part parse_part(const std::string& text, const std::string& option) {
    if (text.empty()) return {};
    const auto slash = text.find('/');
    Part part;
    if (slash == std::string::npos || !parse_number(text.substr(0, slash), part.index) ||
        !parse_number(text.substr(slash + 1), part.count) || part.index < 1 ||
        part.index > part.count) {
        throw Error(fmt::format("{} '{}' is no part such as 2/4", option, text));
    }
    return part;
}

bool processes_can_be_made() { return !program().empty(); }

int run_parts(const Common& common, int count) {
    for (int i = 1; i <= count; ++i) {
        auto arguments = common.arguments;
        arguments.insert(arguments.end(), {"--part", fmt::format("{}/{}", i, count)});
        if (const int code = run_process(std::move(arguments)); code != 0) return code;
    }
    return 0;
}

}  // namespace blockscope::cli
