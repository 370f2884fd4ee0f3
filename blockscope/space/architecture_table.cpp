#include "blockscope/space/architecture_table.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"

namespace blockscope {
namespace {

using Json = nlohmann::ordered_json;

std::string cell_of(const Json& value) {
    if (value.is_null()) return "";
    if (value.is_string()) return value.get<std::string>();
    if (value.is_number_float()) return round_trip(value.get<double>());
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

CsvTable parse_json_lines(std::string_view text, const std::string& source) {
    CsvTable table;
    table.source = source;
    std::unordered_map<std::string, std::size_t> columns;
    std::size_t line = 0;
    for (const auto one : split(text, '\n')) {
        ++line;
        if (trim(one).empty()) continue;
        const Json object = Json::parse(one, nullptr, false);
        if (!object.is_object()) {
            throw Error("is no JSON object; JSON Lines have one a line",
                        fmt::format("{}:{}", source, line));
        }
        std::vector<std::string> cells(table.header.size());
        for (const auto& [name, value] : object.items()) {
            const auto [found, is_new] = columns.try_emplace(name, table.header.size());
            if (is_new) {
                table.header.push_back(name);
                cells.emplace_back();
            }
            cells[found->second] = cell_of(value);
        }
        table.rows.push_back(std::move(cells));
        table.lines.push_back(line);
    }
    for (auto& row : table.rows) row.resize(table.header.size());
    return table;
}

void rename(CsvTable& table, const std::string& from, const char* to) {
    std::replace(table.header.begin(), table.header.end(), from, std::string(to));
}

/// The columns of Once-for-All code as one with its dictionaries.
void join_dictionaries(CsvTable& table) {
    static constexpr std::array<const char*, 5> keys{"ks", "e", "d", "w", "r"};
    std::vector<std::pair<std::string, std::size_t>> parts;
    for (const char* key : keys) {
        if (table.has_column(key)) parts.emplace_back(key, table.column(key));
    }
    std::vector<std::size_t> kept;
    for (std::size_t c = 0; c < table.header.size(); ++c) {
        const bool is_part = std::any_of(parts.begin(), parts.end(),
                                         [c](const auto& part) { return part.second == c; });
        if (!is_part) kept.push_back(c);
    }
    std::vector<std::string> header{"arch"};
    for (const auto c : kept) header.push_back(table.header[c]);
    for (auto& row : table.rows) {
        std::string dictionary;
        for (const auto& [key, c] : parts) {
            if (trim(row[c]).empty()) continue;
            dictionary += fmt::format("{}'{}':{}", dictionary.empty() ? "" : ",", key, row[c]);
        }
        std::vector<std::string> cells{"{" + dictionary + "}"};
        for (const auto c : kept) cells.push_back(std::move(row[c]));
        row = std::move(cells);
    }
    table.header = std::move(header);
}

}  // namespace

CsvTable parse_architecture_table(std::string_view text, const std::string& source) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    const auto first = text.find_first_not_of(" \t\r\n");
    const bool json = first != std::string_view::npos && text[first] == '{';
    CsvTable table = json ? parse_json_lines(text, source) : parse_csv(text, source);
    if (table.has_column("arch")) return table;
    for (const char* name : {"architecture", "config", "net_config", "subnet"}) {
        if (!table.has_column(name)) continue;
        rename(table, name, "arch");
        return table;
    }
    if (table.has_column("d") && table.has_column("e")) {
        join_dictionaries(table);
        return table;
    }
    (void)table.column("arch");  // says what is missing
    return table;
}

CsvTable read_architecture_table(const std::string& path) {
    return parse_architecture_table(read_file(path), path);
}

}  // namespace blockscope
