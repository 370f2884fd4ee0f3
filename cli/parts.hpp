#pragma once

#include <string>
#include <vector>

namespace blockscope::cli {

/// A part that a build has or leaves out.
struct BuildPart {
    std::string name;
    bool is_in = false;
    std::string remark;  ///< a version, or what would bring it in
};

/// Engines, and what else was found or not when this build was configured. The engines are asked,
/// so a library that was there then and is missing now counts as out.
std::vector<BuildPart> build_parts();

/// What --version prints: the version, then what is in and out, a line each.
std::string version_text();

}  // namespace blockscope::cli
