#include "blockscope/measure/machine.hpp"

#include <cstdlib>
#include <fstream>
#include <sys/utsname.h>

#include <fmt/format.h>

#include "blockscope/base/parallel.hpp"
#include "blockscope/base/text.hpp"

namespace blockscope {
namespace {

/// First line of a file that may not be there.
std::string first_line(const char* path) {
    std::ifstream in(path);
    std::string line;
    std::getline(in, line);
    return line;
}

/// Value of the first line of /proc/cpuinfo that starts with `key`.
std::string cpu_info(const std::string& key) {
    std::ifstream in("/proc/cpuinfo");
    for (std::string line; std::getline(in, line);) {
        const auto colon = line.find(':');
        if (line.starts_with(key) && colon != std::string::npos) {
            return std::string(trim(std::string_view(line).substr(colon + 1)));
        }
    }
    return "";
}

}  // namespace

std::vector<std::pair<std::string, std::string>> machine_description(bool without_host) {
    const auto or_unknown = [](const std::string& text) {
        return text.empty() ? "not readable" : text;
    };
    std::vector<std::pair<std::string, std::string>> list;
    utsname system{};
    ::uname(&system);
    if (!without_host) list.emplace_back("host", system.nodename);
    list.emplace_back("processor", or_unknown(cpu_info("model name")));
    list.emplace_back("cores_of_this_process", std::to_string(thread_count()));
    list.emplace_back("frequency_mhz", or_unknown(cpu_info("cpu MHz")));
    list.emplace_back(
        "governor",
        or_unknown(first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")));
    list.emplace_back("virtual_machine", cpu_info("flags").find(" hypervisor") != std::string::npos
                                             ? "yes"
                                             : "no sign");
    double load = 0;
    list.emplace_back("load_1min",
                      ::getloadavg(&load, 1) == 1 ? fmt::format("{:.2f}", load) : "not readable");
    list.emplace_back("kernel", fmt::format("{} {}", system.sysname, system.release));
    list.emplace_back("compiler", __VERSION__);
    return list;
}

}  // namespace blockscope
