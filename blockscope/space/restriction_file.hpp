#pragma once

#include <string>

#include "blockscope/space/design_space.hpp"

namespace blockscope {

/// A restricted space as a TOML file that builds on `base` (docs/space_file.md): what `whole` has
/// and `restricted` has not as [[drop]] entries, grouped, and its mutation probabilities.
/// base: what the file's `base` says: a built-in name, or a path from where the file will be.
/// whole: the space that `base` names. comment: lines to start with, without '#'; may be empty.
std::string restriction_toml(const DesignSpace& whole, const DesignSpace& restricted,
                             const std::string& base, const std::string& comment = "");

}  // namespace blockscope
