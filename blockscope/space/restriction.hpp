#pragma once

#include <cstdint>
#include <string>

#include "blockscope/space/design_space.hpp"
#include "blockscope/space/toml_reader.hpp"

namespace blockscope {

/// Blocks named in a list (by name or token) as bits. Throws Error with the nearest name.
std::uint64_t read_block_mask(const TomlTable& table, const std::string& key,
                              const DesignSpace& space);

/// Applies the [[drop]] and [[keep]] entries of a space file and its [search] table, then checks
/// that something is left. An entry names `unit` and `layer` (all if absent) and any of `blocks`,
/// `depth`, `width`.
void read_restrictions(const TomlTable& root, DesignSpace& space);

}  // namespace blockscope
