#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "blockscope/profile/profile.hpp"

namespace blockscope {

/// profile.json as write_profiles wrote it, block responses' covariances left out.
/// path: the file, or the directory it is in. Throws Error naming the file for what is no such
/// file or of another space (by fingerprint).
std::vector<Profile> read_profiles(const std::filesystem::path& path, const DesignSpace& space);

/// Whether read_profiles would take it for one: a profile.json, or a directory with one.
bool is_profile(const std::filesystem::path& path);

/// Name of the space that a profile.json is about. Throws Error.
std::string profiled_space(const std::filesystem::path& path);

}  // namespace blockscope
