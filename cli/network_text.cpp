#include "cli/network_text.hpp"

#include <fmt/format.h>

namespace blockscope::cli {

std::string text_of(const Shape& shape) {
    return fmt::format("{}x{}x{}", shape.channels, shape.height, shape.width);
}

std::string part_name(const Location& where) {
    if (where.part == Location::Part::stem) return "stem";
    return where.part == Location::Part::head ? "head" : label(where);
}

std::string block_name(const DesignSpace& space, const Architecture& a, const Location& where) {
    if (where.part != Location::Part::body) return "";
    const Unit& unit = space.units.at(where.unit);
    return space.blocks.at(a.block.at(unit.first_slot + where.layer)).name;
}

}  // namespace blockscope::cli
