#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "blockscope/space/design_space.hpp"

namespace blockscope {

/// Reads the TOML description of a space (docs/space_file.md).
/// source: file name for messages and the folder that `base` is looked up in.
/// Throws Error naming file, line and column.
DesignSpace parse_space(std::string_view toml, const std::string& source);

/// A space by built-in name, by one of the names that data files use (`ofa_mbv3`, ...), either with
/// a preset behind it (`ofa-mbv3:paper/npu`, preset.hpp), or by the path of a TOML file. Throws
/// Error with the nearest name.
DesignSpace load_space(const std::string& name_or_path);

std::vector<std::string> built_in_space_names();

/// The TOML text of a built-in space. Throws Error.
std::string_view built_in_space_text(const std::string& name);

}  // namespace blockscope
