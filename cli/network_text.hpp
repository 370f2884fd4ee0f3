#pragma once

#include <string>

#include "blockscope/network/graph.hpp"

namespace blockscope::cli {

/// "48x56x56": channels, height, width.
std::string text_of(const Shape& shape);

/// "stem", "U1-L2", "head".
std::string part_name(const Location& where);

/// Of the block that an architecture has there; "" in stem and head.
std::string block_name(const DesignSpace& space, const Architecture& a, const Location& where);

}  // namespace blockscope::cli
