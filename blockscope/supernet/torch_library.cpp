#include "blockscope/supernet/torch_library.hpp"

#include <array>
#include <dlfcn.h>
#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"

namespace blockscope {
namespace {

namespace fs = std::filesystem;

std::string& named_library() {
    static std::string path;
    return path;
}

/// Files to try, in their order.
std::vector<std::string> candidates() {
    if (!named_library().empty()) return {named_library()};
    std::vector<std::string> files;
    constexpr const char* name = "libblockscope_torch.so";
    Dl_info here{};  // the program, or the library that this code is part of
    if (dladdr(reinterpret_cast<const void*>(&candidates), &here) != 0) {
        std::error_code code;
        const fs::path folder = fs::canonical(here.dli_fname, code).parent_path();
        files.push_back((folder / name).string());
        files.push_back((folder.parent_path() / "lib" / "blockscope" / name).string());
    }
    std::erase_if(files, [](const std::string& file) { return !fs::exists(file); });
    return files;
}

struct Library {
    TorchReport report;
    TorchEntryPoints::OpenSession open = nullptr;
};

template <typename Function>
Function function(void* handle, const char* name) {
    return reinterpret_cast<Function>(dlsym(handle, name));
}

Library open_library() {
    Library library;
    library.report.reason =
        "there is no libblockscope_torch.so beside this: install the package blockscope-torch, or "
        "libtorch-dev and build again";
    for (const std::string& file : candidates()) {
        void* const handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (handle == nullptr) {
            library.report.reason = dlerror();
            continue;
        }
        using Names = TorchEntryPoints;
        const auto version = function<Names::InterfaceVersion>(handle, Names::interface_version);
        if (version == nullptr || version() != torch_interface_version) {
            library.report.reason = file + " belongs to another version of blockscope";
            continue;
        }
        library.open = function<Names::OpenSession>(handle, Names::open_session);
        library.report = {true, function<Names::LibraryVersion>(handle, Names::library_version)(),
                          ""};
        break;
    }
    return library;
}

const Library& library() {
    static const Library opened = open_library();
    return opened;
}

}  // namespace

std::string torch_library_file() {
    const auto files = candidates();
    return files.empty() ? "" : files.front();
}

const TorchReport& torch_report() { return library().report; }

void use_torch_library(const std::string& path) { named_library() = path; }

std::unique_ptr<TorchSession> open_torch_session(const std::string& device,
                                                 const std::string& precision, unsigned threads) {
    const TorchReport& report = torch_report();
    if (!report.available) throw Error("libtorch cannot be had: " + report.reason, Fault::runtime);
    const char letter = precision == "float32"    ? 'f'
                        : precision == "float16"  ? 'h'
                        : precision == "bfloat16" ? 'b'
                                                  : '?';
    if (letter == '?') {
        throw Error(fmt::format("there is no precision '{}'; there are float32, float16, bfloat16",
                                precision));
    }
    std::array<char, 400> problem{};
    std::unique_ptr<TorchSession> session(library().open(
        {device.c_str(), letter, static_cast<int>(threads)}, problem.data(), problem.size()));
    if (!session) {
        const std::string text(problem.data());
        throw Error(fmt::format("device '{}' cannot be had from libtorch {}: {}", device,
                                report.version, text.substr(0, text.find('\n'))));
    }
    return session;
}

}  // namespace blockscope
