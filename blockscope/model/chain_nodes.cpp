#include "blockscope/model/chain_nodes.hpp"

namespace blockscope {

ChainNodes::ChainNodes(const DesignSpace& space) : blocks_(static_cast<int>(space.blocks.size())) {
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        const Unit& unit = space.units[u];
        first_slot_.push_back(unit.first_slot);
        for (int l = 0; l < unit.max_depth; ++l) {
            const int slot = unit.first_slot + l;
            unit_.push_back(static_cast<int>(u));
            first_pair_.push_back(static_cast<int>(pairs_.size()));
            // slots that may come before: the one before in the unit, or any last one of the unit
            // before
            const bool first = l == 0;
            if (first && u == 0) {
                for (int b = 0; b < blocks_; ++b) pairs_.push_back({-1, slot * blocks_ + b});
                continue;
            }
            const int choices = first ? space.units[u - 1].max_depth : 1;
            const int before = first ? space.units[u - 1].first_slot : slot - 1;
            for (int c = 0; c < choices; ++c) {
                for (int b = 0; b < blocks_ * blocks_; ++b) {
                    pairs_.push_back(
                        {(before + c) * blocks_ + b / blocks_, slot * blocks_ + b % blocks_});
                }
            }
        }
    }
}

int ChainNodes::chain(const Architecture& a, int* pairs) const {
    int count = 0;
    int before = 0;  // block before
    int choice = 0;  // depth of the unit before, from 0
    for (std::size_t u = 0; u < first_slot_.size(); ++u) {
        for (int l = 0; l < a.depth[u]; ++l) {
            const int slot = first_slot_[u] + l;
            const int block = a.block[static_cast<std::size_t>(slot)];
            pairs[count++] = first_pair_[static_cast<std::size_t>(slot)] +
                             (choice * blocks_ + before) * blocks_ + block;
            before = block;
            choice = 0;
        }
        choice = a.depth[u] - 1;
    }
    return count;
}

}  // namespace blockscope
