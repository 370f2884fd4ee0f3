#pragma once

#include <string>
#include <string_view>

#include "blockscope/space/design_space.hpp"

namespace blockscope {

/// Architectures as other code writes them: OFA dictionaries, lists of lists of block strings,
/// net.config JSON. `text` starts with { or [. See parse_architecture.
Architecture parse_foreign(const DesignSpace& space, std::string_view text, int resolution,
                           const std::string& source);

}  // namespace blockscope
