#pragma once

#include <string>
#include <vector>

#include "blockscope/space/design_space.hpp"
#include "blockscope/space/toml_reader.hpp"

namespace blockscope {

/// Candidate blocks of a space file. `[blocks]`: every combination, expansion outermost;
/// `[[block]]`: one by one. Throws Error at the key that is wrong.
std::vector<Block> read_blocks(const TomlTable& root);

/// `activation` of a table. Throws Error with the nearest name.
Activation read_activation(const TomlTable& table, Activation otherwise);

/// Throw Error at the key for a kernel or an expansion (under whatever key) that no block can have.
void check_kernel(const TomlTable& table, int kernel);
void check_expand(const TomlTable& table, const std::string& key, double expand);

}  // namespace blockscope
