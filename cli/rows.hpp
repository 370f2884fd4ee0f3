#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace blockscope::cli {

/// Cells under a header, for people, CSV and JSON.
struct Rows {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> cells;
};

/// The same for reading: fractions to four digits, no column that is empty.
Rows rounded(const Rows& rows);

/// Columns as wide as they must be, those of numbers to the right.
std::string as_table(const Rows& rows);
std::string as_csv(const Rows& rows);
/// A list of objects; empty cells are null, cells that are numbers are numbers.
nlohmann::ordered_json as_json(const Rows& rows);

}  // namespace blockscope::cli
