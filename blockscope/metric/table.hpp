#pragma once

#include <span>
#include <string>
#include <vector>

#include "blockscope/space/design_space.hpp"

namespace blockscope {

/// Architectures and what metrics say about them.
struct Table {
    std::vector<Architecture> archs;
    std::vector<std::string> columns;         ///< names
    std::vector<std::vector<double>> values;  ///< by column, in the order of archs; NaN: not known

    /// Adds a column, or fills the one of that name. known: the architectures it is about, which
    /// start with those of the table or are the start of them.
    void add(std::string column, std::span<const Architecture> known,
             std::span<const double> known_values);
};

/// `arch,resolution` and every column that one of the tables has. An empty cell is not known.
std::string table_csv(const DesignSpace& space, std::span<const Table> tables);

}  // namespace blockscope
