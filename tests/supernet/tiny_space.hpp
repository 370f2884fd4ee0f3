#pragma once

#include "blockscope/space/space_file.hpp"

namespace blockscope {

/// Small enough to read its supernet by eye, with everything that is elastic but the width.
inline constexpr const char* tiny_space_toml = R"(
name = "tiny"
resolutions = [16, 32]
[[stem]]
op = "conv"
channels = 8
[blocks]
kind = "mbconv"
expand = [1, 2]
kernel = [3, 5]
[[unit]]
channels = 8
depth = [1, 2]
se = true
activation = "h_swish"
[[head]]
op = "global_pool"
[[head]]
op = "linear"
channels = 3
)";

inline DesignSpace tiny_space() { return parse_space(tiny_space_toml, "tiny.toml"); }

}  // namespace blockscope
