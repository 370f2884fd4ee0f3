#include "blockscope/metric/name_options.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"

namespace blockscope {

void read_name_options(
    const std::string& name, std::string_view options, std::span<const std::string> keys,
    const std::function<bool(std::string_view key, std::string_view value)>& take) {
    for (const auto part : split(options, ',')) {
        const auto equals = part.find('=');
        const std::string key(part.substr(0, equals));
        const auto value = equals == std::string_view::npos ? "" : part.substr(equals + 1);
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
            throw Error(fmt::format("'{}': unknown option '{}'{}; known are {}", name, key,
                                    did_you_mean(key, keys), quoted_list(keys)));
        }
        if (!take(key, value)) {
            throw Error(fmt::format("'{}': {} cannot be '{}'", name, key, value));
        }
    }
}

}  // namespace blockscope
