#include "cli/processes.hpp"

#include <cerrno>
#include <cstring>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"

namespace blockscope::cli {
namespace {

/// Interrupts reach the process as they reach us: both are of the terminal's group.
int run_process(std::vector<std::string> arguments) {
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
        ::execv("/proc/self/exe", argv.data());
        ::execvp(argv[0], argv.data());
        ::_exit(127);
    }
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

int run_parts(const Common& common, int count) {
    for (int i = 1; i <= count; ++i) {
        auto arguments = common.arguments;
        arguments.insert(arguments.end(), {"--part", fmt::format("{}/{}", i, count)});
        if (const int code = run_process(std::move(arguments)); code != 0) return code;
    }
    return 0;
}

}  // namespace blockscope::cli
