#include "blockscope/base/csv.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"

namespace blockscope {

bool CsvTable::has_column(std::string_view name) const {
    return std::find(header.begin(), header.end(), name) != header.end();
}

std::size_t CsvTable::column(std::string_view name) const {
    const auto found = std::find(header.begin(), header.end(), name);
    if (found == header.end()) {
        throw Error(fmt::format("has no column '{}'{}; its columns are {}", name,
                                did_you_mean(name, header), quoted_list(header)),
                    source);
    }
    return static_cast<std::size_t>(found - header.begin());
}

std::string CsvTable::where(std::size_t row) const {
    return fmt::format("{}:{}", source, lines[row]);
}

double CsvTable::number(std::size_t row, std::size_t column) const {
    const auto cell = trim(rows[row][column]);
    if (cell.empty()) return std::numeric_limits<double>::quiet_NaN();
    double value = 0;
    if (!parse_number(cell, value) || !std::isfinite(value)) {
        throw Error(fmt::format("column '{}': '{}' is not a number (leave the cell empty for an "
                                "unknown value)",
                                header[column], cell),
                    where(row));
    }
    return value;
}

namespace {

/// One record starting at `pos`; moves pos behind its line end and line over the lines it spans.
std::vector<std::string> read_record(std::string_view text, std::size_t& pos, std::size_t& line,
                                     const std::string& source) {
    std::vector<std::string> cells(1);
    const std::size_t first_line = line;
    bool quoted = false;
    bool was_quoted = false;
    for (; pos < text.size(); ++pos) {
        const char c = text[pos];
        if (quoted) {
            if (c == '"' && pos + 1 < text.size() && text[pos + 1] == '"') {
                cells.back() += '"';
                ++pos;
            } else if (c == '"') {
                quoted = false;
            } else {
                if (c == '\n') ++line;
                cells.back() += c;
            }
        } else if (c == '"' && cells.back().empty() && !was_quoted) {
            quoted = was_quoted = true;
        } else if (c == ',') {
            cells.emplace_back();
            was_quoted = false;
        } else if (c == '\n') {
            break;
        } else if (c != '\r' || (pos + 1 < text.size() && text[pos + 1] != '\n')) {
            cells.back() += c;
        }
    }
    if (quoted)
        throw Error("a quoted cell is not closed", fmt::format("{}:{}", source, first_line));
    if (pos < text.size()) ++pos;
    ++line;
    return cells;
}

}  // namespace

CsvTable parse_csv(std::string_view text, const std::string& source) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    CsvTable table;
    table.source = source;
    std::size_t pos = 0;
    std::size_t line = 1;
    if (trim(text).empty()) throw Error("is empty: a CSV file starts with a header", source);
    table.header = read_record(text, pos, line, source);
    for (auto& name : table.header) name = trim(name);
    std::set<std::string> seen;
    for (const auto& name : table.header) {
        if (!seen.insert(name).second) {
            throw Error(fmt::format("column '{}' appears twice", name), source + ":1");
        }
    }
    while (pos < text.size()) {
        const std::size_t row_line = line;
        auto cells = read_record(text, pos, line, source);
        if (cells.size() == 1 && trim(cells[0]).empty()) continue;
        if (cells.size() != table.header.size()) {
            throw Error(
                fmt::format("{} cells where the header has {}", cells.size(), table.header.size()),
                fmt::format("{}:{}", source, row_line));
        }
        table.rows.push_back(std::move(cells));
        table.lines.push_back(row_line);
    }
    return table;
}

std::string csv_cell(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

}  // namespace blockscope
