#pragma once

#include <string>
#include <vector>

#include "blockscope/space/design_space.hpp"

namespace blockscope {

/// Restrictions of built-in spaces that somebody published. A space's name with a preset's behind
/// a colon is a space: `ofa-mbv3:paper/npu`.
struct PresetInfo {
    std::string space;  ///< built-in space that it is for; those that start like it may use it too
    std::string name;   ///< "paper/npu"
    std::string title;
};
std::vector<PresetInfo> presets();

/// `space` restricted by a preset for it, named `SPACE:PRESET`, with the preset's mutation
/// probabilities. With `-random` behind its name the control that the paper's code has beside each
/// preset: in every unit as many blocks as the preset keeps, drawn at random, depths as in the
/// preset; `-random@7` draws with seed 7, else 1.
/// space: a built-in one, whole. Throws Error with the nearest name.
DesignSpace with_preset(DesignSpace space, const std::string& preset);

}  // namespace blockscope
