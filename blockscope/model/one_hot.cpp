#include "blockscope/model/one_hot.hpp"

#include <cassert>

#include "blockscope/model/space_match.hpp"

namespace blockscope {
namespace {

/// Slots and nothing else in them.
OneHot empty_one_hot(const DesignSpace& space, const char* name, int inputs) {
    OneHot one_hot;
    one_hot.space = name;
    one_hot.inputs = inputs;
    for (const auto& choice : space.stem_choices) {
        one_hot.stem.emplace_back(choice.options.size(), -1);
    }
    int slots = 0;
    for (const auto& unit : space.units) {
        one_hot.widths.emplace_back(unit.channels.size(), -1);
        one_hot.first_slot.push_back(unit.first_slot);
        slots += unit.max_depth;
    }
    one_hot.blocks.assign(64 * static_cast<std::size_t>(slots), {-1, -1});
    return one_hot;
}

}  // namespace

int OneHot::ones(const Architecture& a, std::span<std::uint16_t, most_ones> indices) const {
    const auto resolution = resolutions.find(a.resolution);
    if (resolution == resolutions.end()) return 0;
    int count = 0;
    const auto set = [&](int index) {
        if (index >= 0)
            indices[static_cast<std::size_t>(count++)] = static_cast<std::uint16_t>(index);
    };
    set(resolution->second);
    for (std::size_t s = 0; s < stem.size(); ++s) set(stem[s][a.stem[s]]);
    for (std::size_t u = 0; u < widths.size(); ++u) {
        set(widths[u][a.width[u]]);
        for (int slot = first_slot[u]; slot < first_slot[u] + a.depth[u]; ++slot) {
            const auto& block = blocks[64 * static_cast<std::size_t>(slot) + a.block[slot]];
            set(block[0]);
            set(block[1]);
        }
    }
    return count;
}

OneHot ofa_mobilenet_one_hot(const DesignSpace& space) {
    OneHot one_hot = empty_one_hot(space, "ofa-mbv3", 128);
    for (int i = 0; i < 8; ++i) one_hot.resolutions[112 + 16 * i] = 120 + i;
    for (std::size_t b = 0; b < space.blocks.size(); ++b) {
        const Block& block = space.blocks[b];
        const int kernel = candidate_index(block, block.kernel, {3, 5, 7});
        const int expand = candidate_index(block, block.expand, {3, 4, 6});
        for (std::size_t u = 0; u < space.units.size(); ++u) {
            for (int l = 0; l < space.units[u].max_depth; ++l) {
                const int slot = 4 * static_cast<int>(u) + l;
                one_hot.blocks[64 * static_cast<std::size_t>(space.units[u].first_slot + l) + b] = {
                    3 * slot + kernel, 60 + 3 * slot + expand};
            }
        }
    }
    return one_hot;
}

OneHot ofa_resnet_one_hot(const DesignSpace& space) {
    OneHot one_hot = empty_one_hot(space, "resnet50", 82);
    int index = 0;
    for (const int r : {128, 144, 160, 176, 192, 224, 240, 256}) one_hot.resolutions[r] = index++;
    int width_slot = 10;
    for (std::size_t s = 0; s < space.stem_choices.size(); ++s) {
        const bool presence = space.stem_choices[s].letter == 's';
        for (std::size_t o = 0; o < one_hot.stem[s].size(); ++o) {
            one_hot.stem[s][o] = (presence ? 8 : width_slot) + static_cast<int>(o);
        }
        if (!presence) width_slot += 3;
    }
    for (std::size_t u = 0; u < space.units.size(); ++u, width_slot += 3) {
        for (int w = 0; w < 3; ++w) one_hot.widths[u][static_cast<std::size_t>(w)] = width_slot + w;
    }
    assert(width_slot == 28);
    for (std::size_t b = 0; b < space.blocks.size(); ++b) {
        const int ratio =
            candidate_index(space.blocks[b], space.blocks[b].expand, {0.2, 0.25, 0.35});
        for (std::size_t slot = 0; slot < one_hot.blocks.size() / 64; ++slot) {
            one_hot.blocks[64 * slot + b] = {28 + 3 * static_cast<int>(slot) + ratio, -1};
        }
    }
    return one_hot;
}

}  // namespace blockscope
