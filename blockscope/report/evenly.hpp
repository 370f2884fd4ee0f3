#pragma once

#include <cstddef>
#include <vector>

namespace blockscope {

/// At most so many of a list, the first and the last among them: what keeps a page small.
template <typename T>
std::vector<T> evenly(std::vector<T> all, std::size_t most) {
    if (all.size() <= most || most < 2) return all;
    std::vector<T> some;
    some.reserve(most);
    for (std::size_t i = 0; i < most; ++i) {
        some.push_back(std::move(all[i * (all.size() - 1) / (most - 1)]));
    }
    return some;
}

}  // namespace blockscope
