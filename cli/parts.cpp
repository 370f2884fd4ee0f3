#include "cli/parts.hpp"

#include <fmt/format.h>

#include "blockscope/base/text.hpp"
#include "blockscope/cluster/team.hpp"
#include "blockscope/runtime/engine.hpp"
#include "blockscope/supernet/torch_library.hpp"

namespace blockscope::cli {
namespace {

std::string listed(const std::vector<BuildPart>& parts, bool in) {
    std::string text;
    for (const auto& part : parts) {
        if (part.is_in != in) continue;
        text += (text.empty() ? "" : ", ") + part.name;
        if (in && !part.remark.empty()) text += " " + part.remark;
    }
    return text.empty() ? "nothing" : text;
}

}  // namespace

std::vector<BuildPart> build_parts() {
    std::vector<BuildPart> parts;
    for (const auto& engine : engine_reports()) {
        parts.push_back({"engine " + engine.name, engine.available,
                         engine.available ? engine.version : engine.reason});
    }
    // CMakeLists.txt: name|1 or 0|remark, separated by ~
    for (const auto entry : split(BLOCKSCOPE_PARTS, '~')) {
        const auto words = split(entry, '|');
        parts.push_back({std::string(words[0]), words[1] == "1", std::string(words[2])});
    }
    const bool has_torch = !torch_library_file().empty();
    parts.push_back({"libtorch", has_torch,
                     has_torch ? ""
                               : "train and the torch engine of supernet: the package "
                                 "blockscope-torch, or libtorch-dev "
                                 "when this is built"});
    const TeamSupport mpi = team_support();
    parts.push_back({"MPI", mpi.built_in, mpi.text});
    return parts;
}

std::string version_text() {
    const auto parts = build_parts();
    return fmt::format("blockscope {}\nin: {}\nout: {}", BLOCKSCOPE_VERSION, listed(parts, true),
                       listed(parts, false));
}

}  // namespace blockscope::cli
