#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "blockscope/space/design_space.hpp"

namespace blockscope {

/// One thing of an architecture done otherwise.
struct Change {
    enum class What : std::uint8_t {
        block,   ///< of one layer
        remove,  ///< the unit's last layer (or layers), down to the next depth allowed
        add,     ///< layers behind the last, up to the next depth allowed, all of one block
        width    ///< of a unit
    };
    What what = What::block;
    int unit = 0;       ///< counted from 0
    int layer = 0;      ///< of `block`; of `remove` and `add` the first that goes or comes
    int option = 0;     ///< the new block or width
    Architecture arch;  ///< with the change
};

/// All changes of `a` that its space allows: unit by unit, layers in order.
std::vector<Change> single_changes(const DesignSpace& space, const Architecture& a);

/// "U1-L2 MBConv4-5 to MBConv4-3", "U3 without L4", "U3 with L4 MBConv3-3", "U2 width 0.8 to 1".
std::string to_string(const DesignSpace& space, const Architecture& a, const Change& change);

}  // namespace blockscope
