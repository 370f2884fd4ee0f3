#pragma once

#include <string>

#include "blockscope/report/figure.hpp"

namespace blockscope {

/// Columns whose cells all begin as numbers do stand right.
std::string html_table(const TextTable& table);

/// booktabs, to be \\input; special characters escaped.
std::string latex_table(const TextTable& table);

/// For tickets: pipes, and characters with a meaning escaped.
std::string markdown_table(const TextTable& table);

}  // namespace blockscope
