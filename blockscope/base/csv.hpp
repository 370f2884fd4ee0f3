#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace blockscope {

/// A comma-separated table as text cells. Quoted cells, CRLF line ends and a byte-order mark are
/// understood; so are the semicolons or tabs of spreadsheet programs where the header has no comma,
/// with decimal commas, which become points; every row has as many cells as the header. Blank lines
/// are not rows, except in a table of one column: there one with a row behind it is an empty cell,
/// and `""` always is.
struct CsvTable {
    std::string source;  ///< file name, for messages
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;
    std::vector<std::size_t> lines;  ///< line number of each row, counted from 1

    /// Index of a column; throws Error naming the file and the nearest header.
    std::size_t column(std::string_view name) const;
    bool has_column(std::string_view name) const;
    /// "file:line" of row r, for messages.
    std::string where(std::size_t row) const;
    /// Cell as a finite number, NaN if it is empty. Throws Error for any other text ("nan" too).
    double number(std::size_t row, std::size_t column) const;
};

/// Throws Error with file and line for ragged rows and duplicated headers, and with the column, in
/// bytes from 1, for quotes that are not closed or closed too early.
CsvTable parse_csv(std::string_view text, const std::string& source);

/// One cell, quoted if it must be. An empty cell stays empty, so a table of one column needs `""`.
std::string csv_cell(std::string_view text);

}  // namespace blockscope
