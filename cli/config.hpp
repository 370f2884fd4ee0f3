#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace blockscope::cli {

/// Gives the options of a parsed verb that nobody typed the values of a TOML file: `metric =
/// ["macs"]` for --metric, `space = "resnet50"` for SPACE. Throws Error with file, line and column
/// for a key that is no option, naming the nearest one, and for a value that the option refuses.
void apply_config(CLI::App& verb, const std::string& path);

/// Such a file with what the options of a parsed verb are now; what has no value is a comment.
std::string dump_config(const CLI::App& verb);

}  // namespace blockscope::cli
