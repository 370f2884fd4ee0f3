#include "cli/rows.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/text.hpp"

namespace blockscope::cli {
namespace {

/// Nothing but numbers and empty cells, and at least one number.
bool is_number_column(const Rows& rows, std::size_t column) {
    bool any = false;
    for (const auto& row : rows.cells) {
        double number = 0;
        if (row[column].empty()) continue;
        if (!parse_number(row[column], number)) return false;
        any = true;
    }
    return any;
}

}  // namespace

Rows rounded(const Rows& rows) {
    Rows result;
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < rows.header.size(); ++i) {
        const bool any = std::any_of(rows.cells.begin(), rows.cells.end(),
                                     [i](const auto& row) { return !row[i].empty(); });
        if (any) kept.push_back(i);
    }
    for (const auto i : kept) result.header.push_back(rows.header[i]);
    for (const auto& row : rows.cells) {
        auto& cells = result.cells.emplace_back();
        for (const auto i : kept) {
            double number = 0;
            const bool fraction = parse_number(row[i], number) && number != std::floor(number);
            const auto shorter = fraction ? significant(number, 4) : row[i];
            cells.push_back(shorter.size() < row[i].size() ? shorter : row[i]);
        }
    }
    return result;
}

std::string as_csv(const Rows& rows) {
    std::string text = fmt::format("{}\n", fmt::join(rows.header, ","));
    for (const auto& row : rows.cells) {
        for (std::size_t i = 0; i < row.size(); ++i) text += (i > 0 ? "," : "") + csv_cell(row[i]);
        text += '\n';
    }
    return text;
}

std::string as_table(const Rows& rows) {
    if (rows.cells.empty()) return "";
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < rows.header.size(); ++i) {
        widths.push_back(rows.header[i].size());
        for (const auto& row : rows.cells) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string text;
    const auto line = [&](const std::vector<std::string>& cells) {
        std::string one;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const bool right = is_number_column(rows, i);
            one += right ? fmt::format("{:>{}}  ", cells[i], widths[i])
                         : fmt::format("{:<{}}  ", cells[i], widths[i]);
        }
        one.erase(one.find_last_not_of(' ') + 1);
        text += one + "\n";
    };
    line(rows.header);
    for (const auto& row : rows.cells) line(row);
    return text;
}

nlohmann::ordered_json as_json(const Rows& rows) {
    auto list = nlohmann::ordered_json::array();
    for (const auto& row : rows.cells) {
        nlohmann::ordered_json object;
        for (std::size_t i = 0; i < row.size(); ++i) {
            double number = 0;
            long long whole = 0;
            if (row[i].empty()) {
                object[rows.header[i]] = nullptr;
            } else if (parse_number(row[i], whole)) {
                object[rows.header[i]] = whole;
            } else if (parse_number(row[i], number)) {
                object[rows.header[i]] = number;
            } else {
                object[rows.header[i]] = row[i];
            }
        }
        list.push_back(std::move(object));
    }
    return list;
}

}  // namespace blockscope::cli
