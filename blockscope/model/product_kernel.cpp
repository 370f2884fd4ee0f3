#include "blockscope/model/product_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace blockscope {

ProductKernel::ProductKernel(const DesignSpace& space, double mean_distance)
    : mean_distance_(mean_distance),
      states_(static_cast<int>(space.blocks.size()) + 1),
      stem_choices_(space.stem_choices.size()) {
    for (const auto& unit : space.units) first_slot_.push_back(unit.first_slot);
    const auto& blocks = space.blocks;
    apart_.assign(static_cast<std::size_t>(states_) * states_, absent_apart);
    for (int a = 0; a + 1 < states_; ++a) {
        for (int b = 0; b + 1 < states_; ++b) {
            const bool rest = blocks[a].squeeze_excite == blocks[b].squeeze_excite &&
                              blocks[a].activation == blocks[b].activation;
            apart_[a * states_ + b] = 2 * (blocks[a].expand != blocks[b].expand) +
                                      2 * (blocks[a].kernel != blocks[b].kernel) + !rest;
        }
    }
    apart_.back() = 0;
    const int largest =
        absent_apart * max_layers + choice_apart * (max_units + max_stem_choices + 1);
    for (int d = 0; d <= largest; ++d) factor_.push_back(std::exp(-d / mean_distance));
}

int ProductKernel::distance(const Architecture& a, const Architecture& b) const {
    int d = 0;
    for (std::size_t i = 0; i < stem_choices_; ++i) d += choice_apart * (a.stem[i] != b.stem[i]);
    for (std::size_t u = 0; u < first_slot_.size(); ++u) {
        d += choice_apart * (a.width[u] != b.width[u]);
        const int first = first_slot_[u];
        const int both = std::min(a.depth[u], b.depth[u]);
        for (int s = first; s < first + both; ++s) d += apart_[a.block[s] * states_ + b.block[s]];
        d += absent_apart * std::abs(a.depth[u] - b.depth[u]);
    }
    return d;
}

}  // namespace blockscope
