#include "blockscope/study/measured_set.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/stats/student.hpp"

namespace blockscope {
namespace {

constexpr double many = 1e6;  // degrees of freedom that are as good as infinitely many

/// Degrees of freedom whose Student quantile at `level` is `quantile`.
double degrees_of(double quantile, double level) {
    double low = 0.5, high = many;
    if (!(quantile > student_quantile(level, high))) return high;
    while (high / low > 1 + 1e-9) {  // quantiles fall as degrees grow
        const double middle = std::sqrt(low * high);
        (student_quantile(level, middle) > quantile ? low : high) = middle;
    }
    const double whole = std::round(low);
    return std::abs(low - whole) < 1e-6 * whole ? whole : low;
}

/// Name of the column of values: the first that has its bounds beside it.
std::string value_column(const CsvTable& table) {
    for (const auto& name : table.header) {
        if (table.has_column(name + "_low") && table.has_column(name + "_high")) return name;
    }
    throw Error("no column of values with NAME_low and NAME_high: not a table of `measure`",
                table.source);
}

void read_facts(const std::string& path, MeasuredSet& set) {
    if (!std::filesystem::exists(path)) {
        throw Error(fmt::format("the level and the context of {} should stand here; `measure -o "
                                "FILE.csv` writes both files",
                                set.source),
                    path);
    }
    try {
        const auto json = nlohmann::json::parse(read_file(path));
        set.space = json.at("space").get<std::string>();
        set.metric = json.at("metric").get<std::string>();
        set.unit = json.at("unit").get<std::string>();
        set.level = json.at("level").get<double>();
        for (const auto& [name, value] : json.at("context").items()) {
            set.context.emplace_back(name, value.get<std::string>());
        }
        for (const auto& [resolution, at] : json.at("measuring").items()) {
            if (!at.contains("reference")) continue;
            const auto& reference = at["reference"];
            set.references[std::stoi(resolution)] = {reference.at("ms").get<double>(),
                                                     reference.value("standard_error", 0.0),
                                                     reference.value("degrees_of_freedom", 0.0)};
        }
    } catch (const std::exception& e) {  // nlohmann's, and std::stoi's
        throw Error(e.what(), path);
    }
    if (!(set.level > 0) || set.level >= 1) throw Error("'level' lies between 0 and 1", path);
}

}  // namespace

double degrees_behind(const Estimate& interval, double standard_error, double level) {
    return standard_error > 0 ? degrees_of(half_width(interval) / standard_error, level) : 0;
}

bool is_measured_set(const std::string& path) {
    std::error_code code;
    if (!std::filesystem::is_regular_file(path, code)) return false;
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line.starts_with("arch,resolution,") && line.find("standard_error") != std::string::npos;
}

MeasuredSet read_measured_set(const std::string& csv_path) {
    MeasuredSet set;
    set.source = csv_path;
    read_facts(std::filesystem::path(csv_path).replace_extension(".json").string(), set);
    const CsvTable table = parse_csv(read_file(csv_path), csv_path);
    const std::string name = value_column(table);
    const auto value = table.column(name);
    const auto low = table.column(name + "_low");
    const auto high = table.column(name + "_high");
    const auto error = table.column("standard_error");
    const auto arch = table.column("arch");
    const auto resolution = table.column("resolution");
    const auto visits = table.column("visits");
    const auto trust = table.column("trust");
    const auto reason = table.column("reason");
    std::set<std::pair<std::string, int>> seen;
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
        MeasuredNetwork network;
        network.arch = table.rows[r][arch];
        network.resolution = static_cast<int>(table.number(r, resolution));
        if (!seen.emplace(network.arch, network.resolution).second) continue;
        network.latency = {table.number(r, value), table.number(r, low), table.number(r, high)};
        if (network.latency.value <= 0) {
            throw Error(fmt::format("{} '{}' is no latency", name, table.rows[r][value]),
                        table.where(r));
        }
        network.standard_error = table.number(r, error);
        network.visits = table.number(r, visits);
        network.trusted = table.rows[r][trust] == "yes";
        network.reason = table.rows[r][reason];
        network.degrees = degrees_behind(network.latency, network.standard_error, set.level);
        set.networks.push_back(std::move(network));
    }
    return set;
}

}  // namespace blockscope
