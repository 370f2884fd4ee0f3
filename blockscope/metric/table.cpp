#include "blockscope/metric/table.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

#include <fmt/format.h>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/space/encoding.hpp"

namespace blockscope {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

}  // namespace

void Table::add(std::string column, std::span<const Architecture> known,
                std::span<const double> known_values) {
    assert(known.size() == known_values.size());
    if (known.size() > archs.size()) {
        archs.assign(known.begin(), known.end());
        for (auto& cells : values) cells.resize(archs.size(), unknown);
    }
    const auto found = std::find(columns.begin(), columns.end(), column);
    const auto at = static_cast<std::size_t>(found - columns.begin());
    if (found == columns.end()) {
        columns.push_back(std::move(column));
        values.emplace_back();
    }
    values[at].assign(known_values.begin(), known_values.end());
    values[at].resize(archs.size(), unknown);
}

std::string table_csv(const DesignSpace& space, std::span<const Table> tables) {
    std::vector<std::string> columns;
    for (const auto& table : tables) {
        for (const auto& c : table.columns) {
            if (std::find(columns.begin(), columns.end(), c) == columns.end()) columns.push_back(c);
        }
    }
    std::string text = "arch,resolution";
    for (const auto& c : columns) text += "," + csv_cell(c);
    text += '\n';
    for (const auto& table : tables) {
        std::vector<const std::vector<double>*> cells;
        for (const auto& c : columns) {
            const auto found = std::find(table.columns.begin(), table.columns.end(), c);
            cells.push_back(
                found == table.columns.end()
                    ? nullptr
                    : &table.values[static_cast<std::size_t>(found - table.columns.begin())]);
        }
        for (std::size_t i = 0; i < table.archs.size(); ++i) {
            text +=
                body_text(space, table.archs[i]) + fmt::format(",{}", table.archs[i].resolution);
            for (const auto* column : cells) {
                text += ',';
                if (column != nullptr) text += round_trip((*column)[i]);
            }
            text += '\n';
        }
    }
    return text;
}

}  // namespace blockscope
