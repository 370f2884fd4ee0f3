#pragma once

#include <algorithm>

namespace blockscope {

/// Padding behind a map, along one side, that makes the last of `out` windows fit.
inline int padding_behind(int in, int out, int kernel, int stride, int before) {
    return std::max(0, (out - 1) * stride + kernel - in - before);
}

}  // namespace blockscope
