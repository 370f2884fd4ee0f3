#pragma once

#include <string>

#include "blockscope/space/design_space.hpp"

namespace blockscope {

/// True if `space` has the units, widths and blocks of the built-in space `name`; what it allows of
/// them does not matter, nor do its name, stem and head.
bool has_body_of(const DesignSpace& space, const std::string& name);

/// Name of the built-in space with this body, or "" if there is none.
std::string built_in_body(const DesignSpace& space);

/// Position of `value` in `candidates`; throws Error that names the block if it is not there.
int candidate_index(const Block& block, double value, const std::vector<double>& candidates);

}  // namespace blockscope
