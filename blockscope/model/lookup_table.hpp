#pragma once

#include <map>
#include <string>
#include <string_view>

#include "blockscope/space/layer_table.hpp"

namespace blockscope {

/// Measured block latencies in the YAML form of Once-for-All's tables: `key:` lines, each with
/// indented `count:`, `mean:` (ms) and `std:`; only the mean is used. One resolution.
struct LookupTable {
    std::string source;
    int resolution = 0;  ///< of the key `Conv-input:RxRx3-...`
    std::map<std::string, double> mean_ms;
};

/// Throws Error with file, line and column.
LookupTable parse_lookup_table(std::string_view text, const std::string& source);

/// A file, or every *.yaml of a folder; by resolution. Throws Error.
std::map<int, LookupTable> read_lookup_tables(const std::string& path);

/// The table's sum for networks of `space`: first convolution, fixed block, every active layer, the
/// head. Throws Error that names the entry if the table has none for a layer of the space.
LayerTable layer_table(const LookupTable& table, const DesignSpace& space);

}  // namespace blockscope
