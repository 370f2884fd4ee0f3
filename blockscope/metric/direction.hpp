#pragma once

#include <string_view>

namespace blockscope {

enum class Direction { smaller_is_better, larger_is_better, neither };

/// "smaller_is_better", "larger_is_better", "neither": as files have it.
std::string_view to_string(Direction direction);

/// neither for any other text.
Direction direction_named(std::string_view text);

/// For files that do not say: more per cent is better, less of all else that has a known unit.
Direction direction_of_unit(std::string_view unit);

}  // namespace blockscope
