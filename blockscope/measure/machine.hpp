#pragma once

#include <string>
#include <utility>
#include <vector>

namespace blockscope {

/// What a latency depends on besides the network, as name and value: processor, cores this process
/// may use, governor, frequency and temperature where readable, virtual machine, container, load,
/// kernel, compiler and its flags. without_host: no host name.
std::vector<std::pair<std::string, std::string>> machine_description(bool without_host);

/// Whether a fact of that name changes from minute to minute: frequency, temperature, load.
bool passes(const std::string& fact);

}  // namespace blockscope
