#pragma once

#include <string>
#include <utility>
#include <vector>

namespace blockscope {

/// What a latency depends on besides the network, as name and value: processor, cores this process
/// may use, governor and frequency where readable, hypervisor, load, kernel, compiler.
/// without_host: no host name.
std::vector<std::pair<std::string, std::string>> machine_description(bool without_host);

}  // namespace blockscope
