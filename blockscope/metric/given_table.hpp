#pragma once

#include <string>
#include <vector>

#include "blockscope/base/csv.hpp"
#include "blockscope/metric/metric.hpp"
#include "blockscope/stats/repeats.hpp"

namespace blockscope {

/// Somebody's table of architectures and numbers in any form that read_architecture_table takes: a
/// column `arch` in any notation we read, and `resolution`, `space`, `width`, `context` minded
/// where they exist.
struct GivenTable {
    std::string path;
    CsvTable csv;
    std::vector<Architecture> archs;  ///< by row
};

/// One column of it, an architecture in several rows taken together.
struct GivenColumn {
    MetricInfo info;
    std::vector<Architecture> archs;   ///< distinct, in the order of their first rows
    std::vector<double> values;        ///< mean over the rows of each
    std::vector<std::size_t> repeats;  ///< rows with a value of each
    NoiseVariance noise;               ///< from architectures with different values
    std::size_t rows_without_value = 0;
};

/// needed: columns asked for later, so that a missing one is said first. default_resolution: of
/// rows that name none; 0: the space's. context: of the rows to take, those that a column `context`
/// gives that name; "": all, which then must be of one. Throws Error with file and line for a
/// missing column, an architecture that is none, a table of another space or of several contexts.
GivenTable read_given_table(const DesignSpace& space, const std::string& path,
                            const std::vector<std::string>& needed = {}, int default_resolution = 0,
                            const std::string& context = "");

/// Throws Error for a column that is missing or holds no value, and for text that is no number.
GivenColumn given_column(const GivenTable& table, const std::string& column);

/// Columns that hold numbers and are no description of the architecture.
std::vector<std::string> numeric_columns(const GivenTable& table);

}  // namespace blockscope
