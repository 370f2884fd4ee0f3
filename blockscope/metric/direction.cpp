#include "blockscope/metric/direction.hpp"

namespace blockscope {

std::string_view to_string(Direction direction) {
    if (direction == Direction::smaller_is_better) return "smaller_is_better";
    return direction == Direction::larger_is_better ? "larger_is_better" : "neither";
}

Direction direction_named(std::string_view text) {
    for (const auto direction : {Direction::smaller_is_better, Direction::larger_is_better}) {
        if (text == to_string(direction)) return direction;
    }
    return Direction::neither;
}

Direction direction_of_unit(std::string_view unit) {
    if (unit == "%") return Direction::larger_is_better;
    for (const char* cost : {"ms", "us", "s", "MACs", "bytes", "params", "parameters"}) {
        if (unit == cost) return Direction::smaller_is_better;
    }
    return Direction::neither;
}

}  // namespace blockscope
