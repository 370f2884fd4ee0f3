#include "cli/device_map.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/metric/run_metric.hpp"

namespace blockscope::cli {

std::vector<std::string> read_device_map(const std::string& path) {
    const std::string content = read_file(path);
    std::vector<std::string> devices;
    std::size_t number = 0;
    for (const auto line : split(content, '\n')) {
        ++number;
        const std::string device(trim(line.substr(0, line.find('#'))));
        const std::string where = fmt::format("{}:{}", path, number);
        if (device.empty()) continue;
        if (device.find_first_of(",+ \t") != std::string::npos) {
            throw Error(fmt::format("'{}' cannot name a device: one a line, without ',', '+' and "
                                    "blanks",
                                    device),
                        where);
        }
        if (std::find(devices.begin(), devices.end(), device) != devices.end()) {
            throw Error(fmt::format("device '{}' is there already", device), where);
        }
        devices.push_back(device);
    }
    if (devices.empty()) throw Error("names no device", path);
    return devices;
}

std::string on_devices(const std::string& metric, const std::vector<std::string>& devices) {
    if (!metric.starts_with("run:")) return metric;
    const std::string name = without_devices(metric);
    if (devices.empty()) return name;
    const auto command = parse_run_metric(name).runner.command;
    const bool has_options = trim(std::string_view(name).substr(4)) != command;
    return fmt::format("{}{}devices={}", name, has_options ? "," : "#", fmt::join(devices, "+"));
}

}  // namespace blockscope::cli
