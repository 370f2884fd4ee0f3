#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "blockscope/profile/profile.hpp"

namespace blockscope {

/// Where numbers come from, for profile.json: command line, seed, version, machine.
using Provenance = std::vector<std::pair<std::string, std::string>>;

/// Tables with the columns of docs/command_line.md; cells of unknown numbers are empty.
std::string blocks_csv(std::span<const Profile> profiles);
std::string placements_csv(const DesignSpace& space, std::span<const Profile> profiles);
std::string depths_csv(std::span<const Profile> profiles);
std::string variance_csv(std::span<const Profile> profiles);

/// Everything, with protocol, estimator, level and provenance.
std::string profile_json(const DesignSpace& space, std::span<const Profile> profiles,
                         const Provenance& provenance);

/// Writes blocks.csv, placements.csv, depths.csv, variance.csv and profile.json. Throws
/// Error(Fault::runtime).
void write_profiles(const std::filesystem::path& directory, const DesignSpace& space,
                    std::span<const Profile> profiles, const Provenance& provenance);

}  // namespace blockscope
