#include "blockscope/model/ofa_flops_table.hpp"

#include <cmath>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/model/space_match.hpp"

namespace blockscope {
namespace {

// channels of width 1.0
constexpr int stem_base = 16;
constexpr int unit_base[] = {24, 40, 80, 112, 160};
constexpr int expanded_base = 960;
constexpr int mixed_base = 1280;

int wider(int base) { return static_cast<int>(std::lround(1.2 * base)); }

/// An MBConv layer with batch norm behind its convolutions and biases in squeeze-and-excite.
double layer_count(int in_side, int in, int out_side, int out, int expand, int kernel,
                   bool squeeze_excite) {
    const double middle = in * expand;
    const double in_area = in_side * in_side;
    const double out_area = out_side * out_side;
    double count = expand == 1 ? 0 : in_area * middle * (in + 2);
    count += out_area * middle * (kernel * kernel + 2);
    if (squeeze_excite) {
        const int quarter = in * expand / 4;  // whole channels
        const double squeezed = round_channels(quarter);
        count += squeezed * (middle + 1) + middle * (squeezed + 1);
    }
    return count + out_area * out * (middle + 2);
}

}  // namespace

LayerTable ofa_flops_table(const DesignSpace& space, int resolution) {
    if (!has_body_of(space, "ofa-mbv3")) {
        throw Error(
            fmt::format("flops/ofa-table is defined for space 'ofa-mbv3', not '{}'", space.name));
    }
    constexpr double million = 1e6;
    LayerTable table(space, LayerTable::Combine::sum);
    int side = resolution / 2;
    int channels = wider(stem_base);
    table.stem(0) = (static_cast<double>(side) * side * channels * (4 * 9 + 2) +
                     layer_count(side, channels, side, channels, 1, 3, false)) /
                    million;
    for (int u = 0; u < 5; ++u) {
        const Unit& unit = space.units[static_cast<std::size_t>(u)];
        const int out = wider(unit_base[u]);
        const int first_side = (side - 1) / unit.stride + 1;
        const int later_side = side / unit.stride;
        for (int l = 0; l < unit.max_depth; ++l) {
            for (std::size_t b = 0; b < space.blocks.size(); ++b) {
                const Block& block = space.blocks[b];
                const auto count = [&](int in_side, int in, int out_side) {
                    return layer_count(in_side, in, out_side, out, static_cast<int>(block.expand),
                                       block.kernel, unit.squeeze_excite);
                };
                table.term(u, l, 0, 0, static_cast<int>(b)) =
                    (l == 0 ? count(side, channels, first_side)
                            : count(later_side, out, later_side)) /
                    million;
            }
        }
        side = later_side;
        channels = out;
    }
    const double expanded = wider(expanded_base);
    const double mixed = wider(mixed_base);
    table.head(0) = (static_cast<double>(side) * side * expanded * (channels + 2) +
                     mixed * (expanded + 2) + mixed * wider(1000)) /
                    million;
    return table;
}

}  // namespace blockscope
