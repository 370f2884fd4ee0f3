#pragma once

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include "blockscope/base/file.hpp"

namespace blockscope {

struct Outcome {
    int code = -1;     ///< exit code; -1: ended by a signal
    std::string text;  ///< standard output, then standard error
};

/// Runs a shell command and waits for it.
inline Outcome run_shell(const std::string& command) {
    Outcome result;
    FILE* pipe = ::popen(("{ " + command + "\n} 2>&1").c_str(), "r");
    std::array<char, 4096> buffer{};
    while (const auto n = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
        result.text.append(buffer.data(), n);
    }
    const int status = ::pclose(pipe);
    if (WIFEXITED(status)) result.code = WEXITSTATUS(status);
    return result;
}

/// Runs blockscope with arguments as in a shell.
inline Outcome run(const std::string& arguments) {
    return run_shell(std::string(BLOCKSCOPE_BINARY) + " " + arguments);
}

/// A path in a folder for this test program, with nothing there.
inline std::filesystem::path scratch(const std::string& name) {
    const auto folder =
        std::filesystem::temp_directory_path() / ("blockscope_cli_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    std::filesystem::remove_all(folder / name);
    return folder / name;
}

/// The same, as an empty folder.
inline std::filesystem::path scratch_folder(const std::string& name) {
    const auto path = scratch(name);
    std::filesystem::create_directories(path);
    return path;
}

/// A space whose networks run in well under a millisecond.
inline std::string tiny_space(const std::filesystem::path& folder) {
    const auto file = folder / "tiny.toml";
    write_file(file, R"(name = "tiny"
resolutions = [32, 48]
[[block]]
kind = "mbconv"
expand = 2
kernel = 3
[[block]]
kind = "mbconv"
expand = 2
kernel = 5
[[block]]
kind = "mbconv"
expand = 3
kernel = 3
[[block]]
kind = "mbconv"
expand = 3
kernel = 5
[[stem]]
op = "conv"
kernel = 3
stride = 2
channels = 8
activation = "relu"
[[unit]]
channels = 8
stride = 2
depth = [3, 4]
[[unit]]
channels = 16
stride = 2
depth = [3, 4]
[[unit]]
channels = 24
depth = [3, 4]
[[head]]
op = "global_pool"
[[head]]
op = "linear"
channels = 10
)");
    return file.string();
}

}  // namespace blockscope
