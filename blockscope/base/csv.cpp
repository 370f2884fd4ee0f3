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

/// Takes a text apart record by record.
class Reader {
public:
    Reader(std::string_view text, const std::string& source, char separator)
        : text_(text),
          source_(source),
          separator_(separator),
          last_(text.find_last_not_of(" \t\r\n\v\f")) {}

    /// Of the record that comes next, counted from 1.
    std::size_t line() const { return line_; }
    /// False when nothing but blank lines is left.
    bool more() const { return pos_ <= last_; }

    /// The next record, without its line end.
    std::vector<std::string> record() {
        std::vector<std::string> cells;
        do {
            if (!cells.empty()) ++pos_;  // the separator
            cells.push_back(at('"') ? quoted_cell() : plain_cell());
        } while (at(separator_));
        if (pos_ < text_.size()) next_line();
        return cells;
    }

private:
    bool at(char c) const { return pos_ < text_.size() && text_[pos_] == c; }
    bool at_line_end() const {
        if (at('\r')) return pos_ + 1 == text_.size() || text_[pos_ + 1] == '\n';
        return pos_ == text_.size() || at('\n');
    }
    void next_line() {
        if (at('\r')) ++pos_;
        if (at('\n')) ++pos_;
        ++line_;
        line_start_ = pos_;
    }

    std::string plain_cell() {
        const auto start = pos_;
        while (!at(separator_) && !at_line_end()) ++pos_;
        return std::string(text_.substr(start, pos_ - start));
    }

    std::string quoted_cell() {
        const auto opened = place();
        std::string cell;
        for (++pos_;; ++pos_) {
            if (pos_ == text_.size()) throw Error("a quoted cell is not closed", opened);
            if (at('"')) {
                ++pos_;
                if (!at('"')) break;
            }
            cell += text_[pos_];
            if (at('\n')) {
                ++line_;
                line_start_ = pos_ + 1;
            }
        }
        if (!at(separator_) && !at_line_end()) {
            throw Error(
                "a quoted cell goes on behind its closing quote; write a quote inside twice",
                place());
        }
        return cell;
    }

    std::string place() const {
        return fmt::format("{}:{}:{}", source_, line_, pos_ - line_start_ + 1);
    }

    std::string_view text_;
    const std::string& source_;
    char separator_;
    std::size_t last_;  ///< the last character that is not blank
    std::size_t pos_ = 0;
    std::size_t line_ = 1;
    std::size_t line_start_ = 0;
};

/// What a header is divided by: commas, or the semicolons or tabs of a spreadsheet program.
char separator_of(std::string_view text) {
    bool quoted = false;
    bool semicolon = false;
    bool tab = false;
    for (const char c : text) {
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        if (c == '\n') break;
        if (c == ',') return ',';
        semicolon = semicolon || c == ';';
        tab = tab || c == '\t';
    }
    return semicolon ? ';' : (tab ? '\t' : ',');
}

/// "3,5" as "3.5": where semicolons divide cells, numbers have decimal commas.
void use_decimal_point(std::string& cell) {
    const auto comma = cell.find(',');
    if (comma == std::string::npos || cell.find_first_not_of("0123456789+-eE, ") != cell.npos)
        return;
    std::string with_point = cell;
    with_point[comma] = '.';
    double number = 0;
    if (parse_number(trim(with_point), number)) cell = with_point;
}

}  // namespace

CsvTable parse_csv(std::string_view text, const std::string& source) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
        throw Error("is UTF-16 text; save it as CSV in UTF-8", source);
    }
    CsvTable table;
    table.source = source;
    if (trim(text).empty()) throw Error("is empty: a CSV file starts with a header", source);
    const char separator = separator_of(text);
    Reader reader(text, source, separator);
    table.header = reader.record();
    for (auto& name : table.header) name = trim(name);
    std::set<std::string> seen;
    for (const auto& name : table.header) {
        if (!seen.insert(name).second) {
            throw Error(fmt::format("column '{}' appears twice", name), source + ":1");
        }
    }
    const auto columns = table.header.size();
    while (reader.more()) {
        const std::size_t line = reader.line();
        auto cells = reader.record();
        if (columns > 1 && cells.size() == 1 && trim(cells[0]).empty()) continue;
        if (cells.size() != columns) {
            throw Error(fmt::format("{} cells where the header has {}", cells.size(), columns),
                        fmt::format("{}:{}", source, line));
        }
        if (separator != ',') {
            for (auto& cell : cells) use_decimal_point(cell);
        }
        table.rows.push_back(std::move(cells));
        table.lines.push_back(line);
    }
    return table;
}

std::string csv_cell(std::string_view text) {
    if (text.find_first_of(",;\t\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

}  // namespace blockscope
