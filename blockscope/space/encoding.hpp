#pragma once

#include <string>
#include <string_view>

#include "blockscope/space/design_space.hpp"

namespace blockscope {

/// Text form: units separated by `|`, layers by `-`, tokens of the space's blocks; stem choices
/// (`s1w0w2|`) first where there are any, `w1:` before a unit that chooses its width, `@192` for
/// the resolution if it is not the space's default. `to_text` of what `parse` read gives it back.
std::string to_text(const DesignSpace& space, const Architecture& a);

/// The text form without the resolution.
std::string body_text(const DesignSpace& space, const Architecture& a);

/// Reads any of: the text form; an OFA dictionary ({'ks':[..],'e':[..],'d':[..],'r':[224]}; `w` in
/// bottleneck spaces; scalars mean all slots; `image_size` for `r`); a list of lists of block
/// strings; net.config JSON. resolution: for texts that do not name one (0: the space's default).
/// The architecture may use anything the space describes, also what a restriction excludes, and any
/// resolution of at least 16. source: for messages.
/// Throws Error that says where (column of the text form) and what was expected.
Architecture parse_architecture(const DesignSpace& space, std::string_view text, int resolution = 0,
                                const std::string& source = "architecture");

/// The dictionary of Once-for-All code: ks, e, d, r; bottleneck spaces: d, e, w, r. Inactive slots
/// hold the first candidate. Throws Error for a space whose blocks it cannot express.
std::string to_ofa_dictionary(const DesignSpace& space, const Architecture& a);

/// Reads a net.config file, or a folder with net.config and run.config (its image_size).
Architecture read_net_config(const DesignSpace& space, const std::string& path);

}  // namespace blockscope
