#include "blockscope/measure/machine.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <sys/utsname.h>

#include <fmt/format.h>

#include "blockscope/base/parallel.hpp"
#include "blockscope/base/text.hpp"

// What CMake gives the compiler; empty where another build does not say.
#ifndef BLOCKSCOPE_COMPILER_FLAGS
#define BLOCKSCOPE_COMPILER_FLAGS ""
#endif

namespace blockscope {
namespace {

namespace fs = std::filesystem;

/// First line of a file that may not be there.
std::string first_line(const fs::path& path) {
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

/// Names of the folder's entries; none if it is not there.
std::vector<fs::path> entries(const fs::path& folder) {
    std::vector<fs::path> list;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) list.push_back(entry.path());
    return list;
}

/// Thousandths of a degree; NaN if the file holds no number.
double degrees(const fs::path& file) {
    double value = 0;
    return parse_number(first_line(file), value) ? value / 1000 : std::nan("");
}

/// The hottest sensor of a processor, or of the thermal zones where none is named so.
std::string temperature_c() {
    constexpr std::array<std::string_view, 4> processors{"coretemp", "k10temp", "zenpower",
                                                         "cpu_thermal"};
    double hottest = std::nan("");
    for (const auto& sensor : entries("/sys/class/hwmon")) {
        const std::string name = first_line(sensor / "name");
        if (std::find(processors.begin(), processors.end(), name) == processors.end()) continue;
        for (const auto& file : entries(sensor)) {
            const std::string input = file.filename().string();
            if (!input.starts_with("temp") || !input.ends_with("_input")) continue;
            hottest = std::fmax(hottest, degrees(file));
        }
    }
    if (std::isnan(hottest)) {
        for (const auto& zone : entries("/sys/class/thermal")) {
            if (!zone.filename().string().starts_with("thermal_zone")) continue;
            hottest = std::fmax(hottest, degrees(zone / "temp"));
        }
    }
    return std::isnan(hottest) ? "" : fmt::format("{:.1f}", hottest);
}

std::string virtual_machine() {
    const bool guest = cpu_info("flags").find(" hypervisor") != std::string::npos;
    std::string maker = first_line("/sys/class/dmi/id/sys_vendor");
    if (maker.empty()) maker = first_line("/sys/hypervisor/type");
    if (!guest) return "no sign";
    return maker.empty() ? "yes" : "yes: " + maker;
}

std::string container() {
    if (const auto kind = first_line("/run/systemd/container"); !kind.empty())
        return "yes: " + kind;
    std::error_code ignored;
    if (fs::exists("/.dockerenv", ignored)) return "yes: docker";
    if (fs::exists("/run/.containerenv", ignored)) return "yes: podman";
    const std::string group = first_line("/proc/1/cgroup");
    for (const char* kind : {"docker", "kubepods", "containerd", "lxc"}) {
        if (group.find(kind) != std::string::npos) return fmt::format("yes: {}", kind);
    }
    return "no sign";
}

}  // namespace

bool passes(const std::string& fact) {
    return fact == "frequency_mhz" || fact == "temperature_c" || fact.starts_with("load_");
}

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
    list.emplace_back("temperature_c", or_unknown(temperature_c()));
    list.emplace_back("virtual_machine", virtual_machine());
    list.emplace_back("container", container());
    double load = 0;
    list.emplace_back("load_1min",
                      ::getloadavg(&load, 1) == 1 ? fmt::format("{:.2f}", load) : "not readable");
    list.emplace_back("kernel", fmt::format("{} {}", system.sysname, system.release));
    list.emplace_back("compiler", __VERSION__);
    list.emplace_back("compiler_flags", BLOCKSCOPE_COMPILER_FLAGS);
    return list;
}

}  // namespace blockscope
