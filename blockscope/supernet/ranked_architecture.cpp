#include "blockscope/supernet/ranked_architecture.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace blockscope {
namespace {

/// The option at `share` of the way through, in the order that `key` gives.
template <typename Key>
std::uint8_t ranked(std::uint64_t bits, double share, const Key& key) {
    std::vector<int> options = allowed(bits);
    std::stable_sort(options.begin(), options.end(), [&](int a, int b) { return key(a) < key(b); });
    const double place = share * static_cast<double>(options.size() - 1);
    return static_cast<std::uint8_t>(options[static_cast<std::size_t>(std::lround(place))]);
}

/// Channels that option o of a stem choice gives; of a layer that may be left out, o.
int channels_of(const DesignSpace& space, int choice, int option) {
    for (const FixedLayer& layer : space.stem) {
        if (layer.width_choice == choice) return layer.channels[static_cast<std::size_t>(option)];
    }
    return option;
}

}  // namespace

Architecture ranked_architecture(const DesignSpace& space, int resolution, double share) {
    Architecture a;
    a.resolution = static_cast<std::uint16_t>(resolution);
    for (std::size_t c = 0; c < space.stem_choices.size(); ++c) {
        a.stem[c] = ranked(space.stem_choices[c].allowed, share, [&](int option) {
            return channels_of(space, static_cast<int>(c), option);
        });
    }
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        const Unit& unit = space.units[u];
        a.depth[u] = ranked(unit.depths, share, [](int depth) { return depth; });
        a.width[u] = ranked(unit.widths, share, [&](int width) {
            return unit.channels[static_cast<std::size_t>(width)];
        });
        for (std::size_t l = 0; l < a.depth[u]; ++l) {
            a.block[static_cast<std::size_t>(unit.first_slot) + l] =
                ranked(unit.blocks[l], share, [&](int number) {
                    const Block& block = space.blocks[static_cast<std::size_t>(number)];
                    return std::tuple(block.expand, block.kernel);
                });
        }
    }
    return a;
}

}  // namespace blockscope
