#include "blockscope/model/space_match.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {

bool has_body_of(const DesignSpace& space, const std::string& name) {
    const DesignSpace other = load_space(name);
    return std::equal(
               space.blocks.begin(), space.blocks.end(), other.blocks.begin(), other.blocks.end(),
               [](const Block& a, const Block& b) {
                   return a.family == b.family && a.expand == b.expand && a.kernel == b.kernel &&
                          a.squeeze_excite == b.squeeze_excite && a.activation == b.activation;
               }) &&
           std::equal(space.units.begin(), space.units.end(), other.units.begin(),
                      other.units.end(), [](const Unit& a, const Unit& b) {
                          return a.channels == b.channels && a.stride == b.stride &&
                                 a.activation == b.activation &&
                                 a.squeeze_excite == b.squeeze_excite && a.max_depth == b.max_depth;
                      });
}

std::string built_in_body(const DesignSpace& space) {
    for (const auto& name : built_in_space_names()) {
        if (has_body_of(space, name)) return name;
    }
    return "";
}

int candidate_index(const Block& block, double value, const std::vector<double>& candidates) {
    const auto found = std::find(candidates.begin(), candidates.end(), value);
    if (found == candidates.end()) {
        throw Error(fmt::format("the model has no place for block {}", block.name));
    }
    return static_cast<int>(found - candidates.begin());
}

}  // namespace blockscope
