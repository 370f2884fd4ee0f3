#include "blockscope/model/layer_features.hpp"

namespace blockscope {

LayerFeatures::LayerFeatures(const DesignSpace& space)
    : table_(space, LayerTable::Combine::sum), blocks_(static_cast<int>(space.blocks.size())) {
    const bool choice = table_.stem_variants() > 1;
    for (int v = 0; v < table_.stem_variants(); ++v) stem_.push_back(choice ? size_++ : -1);
    for (int u = 0; u < table_.unit_count(); ++u) {
        const Unit& unit = space.units[u];
        first_slot_.push_back(unit.first_slot);
        for (int l = 0; l < unit.max_depth; ++l) {
            auto& slot = slots_.emplace_back(table_.width_states(u) * blocks_, -1);
            for (const int w : allowed(unit.widths)) {
                for (const int b : allowed(unit.blocks[l])) {
                    slot[w * blocks_ + b] = size_++;
                    placements_.push_back({u, l, w, b});
                }
            }
        }
    }
}

int LayerFeatures::of(const Architecture& a, int* numbers) const {
    int n = 0;
    numbers[n++] = 0;
    if (const int s = stem_[table_.stem_variant(a)]; s >= 0) numbers[n++] = s;
    for (std::size_t u = 0; u < first_slot_.size(); ++u) {
        const int first = first_slot_[u];
        for (int s = first; s < first + a.depth[u]; ++s) {
            numbers[n++] = slots_[s][a.width[u] * blocks_ + a.block[s]];
        }
    }
    return n;
}

}  // namespace blockscope
