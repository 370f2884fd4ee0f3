#pragma once

#include <string>
#include <vector>

namespace blockscope::cli {

/// Devices of a text file, one a line; what follows a '#' is a comment. Throws Error naming file
/// and line, for a name that is there twice or holds ',', '+' or a blank among others.
std::vector<std::string> read_device_map(const std::string& path);

/// A `run:` metric on these devices, which share its networks, instead of those it names itself;
/// other metrics as they are.
std::string on_devices(const std::string& metric, const std::vector<std::string>& devices);

}  // namespace blockscope::cli
