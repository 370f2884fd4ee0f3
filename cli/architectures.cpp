#include "cli/architectures.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/space/architecture_table.hpp"
#include "blockscope/space/encoding.hpp"

namespace blockscope::cli {

std::vector<Architecture> read_architectures(const DesignSpace& space, const std::string& path) {
    const std::filesystem::path file(path);
    if (std::filesystem::is_directory(file) || file.filename() == "net.config") {
        return {read_net_config(space, path)};
    }
    const std::string content = read_file(file);
    std::vector<Architecture> archs;
    const auto extension = file.extension();
    if (extension != ".csv" && extension != ".jsonl" && extension != ".tsv") {
        std::size_t line = 0;
        for (const auto text : split(content, '\n')) {
            ++line;
            if (trim(text).empty()) continue;
            archs.push_back(parse_architecture(space, text, 0, fmt::format("{}:{}", path, line)));
        }
    } else {
        const CsvTable csv = parse_architecture_table(content, path);
        const auto arch = csv.column("arch");
        const bool has_resolution = csv.has_column("resolution");
        for (std::size_t r = 0; r < csv.rows.size(); ++r) {
            int resolution = 0;
            if (has_resolution) {
                const double given = csv.number(r, csv.column("resolution"));
                if (given == given) {
                    if (!(given >= 16) || given > 4096) {
                        throw Error(fmt::format("resolution {} is not from 16 to 4096", given),
                                    csv.where(r));
                    }
                    resolution = static_cast<int>(given);
                }
            }
            archs.push_back(parse_architecture(space, csv.rows[r][arch], resolution, csv.where(r)));
        }
    }
    if (archs.empty()) throw Error("holds no architecture", path);
    return archs;
}

std::vector<int> chosen_resolutions(const DesignSpace& space, const Common& common) {
    if (common.resolutions.empty()) return {space.default_resolution};
    for (const int r : common.resolutions) {
        if (std::find(space.resolutions.begin(), space.resolutions.end(), r) ==
            space.resolutions.end()) {
            throw Error(fmt::format("'{}' has no resolution {}; it has {} to {}", space.name, r,
                                    space.resolutions.front(), space.resolutions.back()));
        }
    }
    return common.resolutions;
}

void warn_of_failures(const std::string& metric, const MetricColumn& column, Console& console) {
    if (column.failures.empty()) return;
    const auto& [index, reason] = column.failures.front();
    console.warn(fmt::format("{}: {} of {} architectures have no value; the first is row {}: {}",
                             metric, column.failures.size(), column.values.size(), index + 1,
                             reason));
}

void warn_of_remarks(const Metric& metric, Console& console) {
    for (const auto& line : metric.remarks()) {
        console.warn(fmt::format("{}: {}", metric.info().name, line));
    }
}

}  // namespace blockscope::cli
