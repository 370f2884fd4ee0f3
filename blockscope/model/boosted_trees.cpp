#include "blockscope/model/boosted_trees.hpp"

#include <fmt/format.h>

namespace blockscope {

TreeInputs::TreeInputs(const DesignSpace& space) : space_(space) {
    names_.emplace_back("resolution");
    for (std::size_t s = 0; s < space.stem_choices.size(); ++s) {
        names_.push_back(fmt::format("stem{}", s + 1));
    }
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        names_.push_back(fmt::format("U{}-depth", u + 1));
        names_.push_back(fmt::format("U{}-width", u + 1));
        for (int l = 0; l < space.units[u].max_depth; ++l) {
            for (const char* what : {"expand", "kernel", "block"}) {
                names_.push_back(fmt::format("U{}-L{}-{}", u + 1, l + 1, what));
            }
        }
    }
}

void TreeInputs::of(const Architecture& a, float* numbers) const {
    *numbers++ = static_cast<float>(a.resolution);
    for (std::size_t s = 0; s < space_.stem_choices.size(); ++s) *numbers++ = a.stem[s];
    for (std::size_t u = 0; u < space_.units.size(); ++u) {
        const Unit& unit = space_.units[u];
        *numbers++ = a.depth[u];
        *numbers++ = a.width[u];
        for (int l = 0; l < unit.max_depth; ++l) {
            const int index = a.block[unit.first_slot + l];
            const bool active = l < a.depth[u];
            const Block& block = space_.blocks[static_cast<std::size_t>(index)];
            *numbers++ = active ? static_cast<float>(block.expand) : 0.0F;
            *numbers++ = active ? static_cast<float>(block.kernel) : 0.0F;
            *numbers++ = active ? static_cast<float>(index + 1) : 0.0F;
        }
    }
}

double BoostedTrees::value(const float* numbers) const {
    double sum = 0;
    for (const auto& tree : trees) {
        const Node* node = tree.data();
        while (node->input >= 0) {
            node = &tree[static_cast<std::size_t>(numbers[node->input] < node->at ? node->below
                                                                                  : node->above)];
        }
        sum += static_cast<double>(node->at);
    }
    return sum;
}

}  // namespace blockscope
