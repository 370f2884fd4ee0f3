#include "blockscope/metric/given_table.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/space/architecture_table.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

struct Quantity {
    const char* suffix;
    const char* unit;
    Direction direction;
};

constexpr Quantity quantities[] = {
    {"_ms", "ms", Direction::smaller_is_better},
    {"_percent", "%", Direction::larger_is_better},
    {"accuracy", "%", Direction::larger_is_better},
    {"macs", "MACs", Direction::smaller_is_better},
    {"macs_m", "1e6 MACs", Direction::smaller_is_better},
    {"params", "parameters", Direction::smaller_is_better},
    {"_bytes", "bytes", Direction::smaller_is_better},
};

MetricInfo column_info(const std::string& path, const std::string& column) {
    MetricInfo info;
    info.name = "csv:" + path + "#" + column;
    info.column = column;
    info.unit = "unit of the column";
    info.source = "column of a table";
    for (const auto& q : quantities) {
        if (!column.ends_with(q.suffix)) continue;
        info.unit = q.unit;
        info.direction = q.direction;
    }
    return info;
}

/// A table that names a space must name this one, or the one this one restricts.
void check_space(const DesignSpace& space, const std::string& name, const std::string& where) {
    if (name == space.name) return;
    const auto refuse = [&] {
        throw Error(fmt::format("the table is of space '{}', not '{}'", name, space.name), where);
    };
    DesignSpace other;
    try {
        other = load_space(name);
    } catch (const Error&) {
        refuse();
    }
    // width 1.0 and 1.2 go by one name in other people's tables, so the body's shape decides
    const bool same = other.units.size() == space.units.size() &&
                      other.blocks.size() == space.blocks.size() &&
                      other.blocks.front().token == space.blocks.front().token &&
                      other.stem_choices.size() == space.stem_choices.size();
    if (!same) refuse();
}

/// Latencies of two machines, or of one before and after an update, are no one column.
void keep_one_context(CsvTable& csv, const std::string& wanted) {
    if (!csv.has_column("context")) {
        if (!wanted.empty()) (void)csv.column("context");
        return;
    }
    const std::size_t at = csv.column("context");
    if (wanted.empty()) {
        for (std::size_t r = 1; r < csv.rows.size(); ++r) {
            if (csv.rows[r][at] == csv.rows[0][at]) continue;
            throw Error(fmt::format("measured in context '{}', earlier rows in '{}': not "
                                    "comparable; --context takes the rows of one",
                                    csv.rows[r][at], csv.rows[0][at]),
                        csv.where(r));
        }
        return;
    }
    CsvTable kept{csv.source, csv.header, {}, {}};
    for (std::size_t r = 0; r < csv.rows.size(); ++r) {
        if (csv.rows[r][at] != wanted) continue;
        kept.rows.push_back(csv.rows[r]);
        kept.lines.push_back(csv.lines[r]);
    }
    if (kept.rows.empty()) {
        throw Error(fmt::format("no row was measured in context '{}'", wanted), csv.source);
    }
    csv = std::move(kept);
}

}  // namespace

GivenTable read_given_table(const DesignSpace& space, const std::string& path,
                            const std::vector<std::string>& needed, int default_resolution,
                            const std::string& context) {
    GivenTable table{path, read_architecture_table(path), {}};
    keep_one_context(table.csv, context);
    const CsvTable& csv = table.csv;
    const auto arch = csv.column("arch");
    for (const auto& column : needed) (void)csv.column(column);
    const bool has_resolution = csv.has_column("resolution");
    const bool has_space = csv.has_column("space");
    std::string checked_space;
    for (std::size_t r = 0; r < csv.rows.size(); ++r) {
        if (has_space && csv.rows[r][csv.column("space")] != checked_space) {
            checked_space = csv.rows[r][csv.column("space")];
            check_space(space, checked_space, csv.where(r));
        }
        const double given =
            has_resolution ? csv.number(r, csv.column("resolution")) : std::nan("");
        if (given < 16 || given > 4096) {
            throw Error(fmt::format("resolution {} is not from 16 to 4096", given), csv.where(r));
        }
        const int resolution = std::isnan(given) ? default_resolution : static_cast<int>(given);
        table.archs.push_back(
            parse_architecture(space, csv.rows[r][arch], resolution, csv.where(r)));
    }
    return table;
}

GivenColumn given_column(const GivenTable& table, const std::string& column) {
    GivenColumn result;
    result.info = column_info(table.path, column);
    const auto at = table.csv.column(column);
    std::unordered_map<Architecture, std::size_t, ArchitectureHash> seen;
    std::vector<std::size_t> thing;
    std::vector<double> all;
    for (std::size_t r = 0; r < table.archs.size(); ++r) {
        const double number = table.csv.number(r, at);
        if (std::isnan(number)) {
            ++result.rows_without_value;
            continue;
        }
        const auto [entry, fresh] = seen.try_emplace(table.archs[r], result.archs.size());
        if (fresh) {
            result.archs.push_back(table.archs[r]);
            result.values.push_back(0);
            result.repeats.push_back(0);
        }
        result.values[entry->second] += number;
        ++result.repeats[entry->second];
        thing.push_back(entry->second);
        all.push_back(number);
    }
    if (result.archs.empty()) {
        throw Error(fmt::format("column '{}' holds no value", column), table.path);
    }
    for (std::size_t i = 0; i < result.values.size(); ++i) {
        result.values[i] /= static_cast<double>(result.repeats[i]);
    }
    result.noise = noise_variance(thing, all);
    result.info.noisy = result.noise.degrees > 0 && result.noise.variance.value > 0;
    return result;
}

std::vector<std::string> numeric_columns(const GivenTable& table) {
    std::vector<std::string> columns;
    for (std::size_t c = 0; c < table.csv.header.size(); ++c) {
        const std::string& name = table.csv.header[c];
        if (name == "arch" || name == "resolution" || name == "space" || name == "width" ||
            name == "context") {
            continue;
        }
        bool numeric = false;
        for (const auto& row : table.csv.rows) {
            const auto text = trim(row[c]);
            if (text.empty()) continue;
            double value = 0;
            numeric = parse_number(text, value);
            if (!numeric) break;
        }
        if (numeric) columns.push_back(name);
    }
    return columns;
}

}  // namespace blockscope
