#pragma once

#include <string>
#include <string_view>

#include "blockscope/base/csv.hpp"

namespace blockscope {

/// Somebody's table of architectures with a column `arch`, from whatever form it has:
/// - CSV as parse_csv reads it;
/// - JSON Lines (`text` starts with {): an object a line; columns in the order they first appear,
///   null and what a line lacks are empty cells, lists and objects stay JSON;
/// - instead of `arch` the columns `ks`, `e`, `d` (and `r`; bottleneck spaces: `d`, `e`, `w`) of
///   Once-for-All code, each a number or a list, which become its dictionary;
/// - instead of `arch` a column `architecture`, `config`, `net_config` or `subnet`.
/// Throws Error with file and line, also if there is none of these.
CsvTable parse_architecture_table(std::string_view text, const std::string& source);

/// The same of a file.
CsvTable read_architecture_table(const std::string& path);

}  // namespace blockscope
