#pragma once

#include <functional>
#include <string>

#include "blockscope/profile/profile.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {

/// Expansions 3, 4, 6 by kernels 3, 5, 7 in three units of 2 to 4 layers.
inline DesignSpace grid_space() {
    std::string text = R"(name = "grid"
resolutions = [64]
[blocks]
kind = "mbconv"
expand = [3, 4, 6]
kernel = [3, 5, 7]
[[stem]]
op = "conv"
kernel = 3
stride = 2
channels = 16
)";
    for (int u = 0; u < 3; ++u) {
        text += "[[unit]]\nchannels = 24\nstride = 2\ndepth = [2, 3, 4]\n";
    }
    text += "[[head]]\nop = \"global_pool\"\n[[head]]\nop = \"linear\"\nchannels = 10\n";
    return parse_space(text, "grid.toml");
}

/// A sum over layers whose term is f(unit, layer, block), counted from 0.
inline LayerTable table_of(const DesignSpace& space,
                           const std::function<double(int, int, const Block&)>& f) {
    LayerTable table(space, LayerTable::Combine::sum);
    for (int u = 0; u < table.unit_count(); ++u) {
        for (int l = 0; l < space.units[u].max_depth; ++l) {
            for (int b = 0; b < static_cast<int>(space.blocks.size()); ++b) {
                for (int i = 0; i < (l == 0 ? table.incoming_states(u) : 1); ++i) {
                    for (int w = 0; w < table.width_states(u); ++w) {
                        table.term(u, l, i, w, b) = f(u, l, space.blocks[b]);
                    }
                }
            }
        }
    }
    return table;
}

inline Profile exact_of(const DesignSpace& space, const LayerTable& table, const std::string& name,
                        const std::string& unit) {
    ProfileOptions options;
    options.percentiles.clear();
    MetricInfo info;
    info.name = name;
    info.unit = unit;
    return exact_profile(space, table, info, space.default_resolution, options);
}

}  // namespace blockscope
