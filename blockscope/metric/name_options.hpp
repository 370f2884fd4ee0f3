#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace blockscope {

/// Reads the "KEY=VALUE,..." behind a metric's name. take: false where the value is none that the
/// key takes. Throws Error with the metric's name for a key that is none of `keys` and a value not
/// taken.
void read_name_options(
    const std::string& name, std::string_view options, std::span<const std::string> keys,
    const std::function<bool(std::string_view key, std::string_view value)>& take);

}  // namespace blockscope
