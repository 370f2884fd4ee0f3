#pragma once

#include <cstddef>
#include <vector>

#include "blockscope/space/design_space.hpp"

namespace blockscope {

/// Numbers for what a layer of a chain can be and what can stand before it, counted from 0.
/// node: (slot, block); pair: (node before, node), the first layer of all has pairs of its own.
/// An MBConv space has some hundred nodes and some thousand pairs, few enough to compute what
/// depends on a pair once for all architectures.
class ChainNodes {
public:
    struct Pair {
        int before = -1;  ///< node, -1: none
        int node = 0;
    };

    explicit ChainNodes(const DesignSpace& space);

    int block_count() const { return blocks_; }
    int slot_count() const { return static_cast<int>(first_pair_.size()); }
    int longest() const { return slot_count(); }
    const std::vector<Pair>& pairs() const { return pairs_; }

    /// Unit and layer of a node's slot, its block.
    int unit(int node) const { return unit_[static_cast<std::size_t>(node / blocks_)]; }
    int layer(int node) const {
        return node / blocks_ - first_slot_[static_cast<std::size_t>(unit(node))];
    }
    int block(int node) const { return node % blocks_; }

    /// Writes the pair of each active layer in order; returns how many. Room for longest().
    int chain(const Architecture& a, int* pairs) const;

private:
    int blocks_ = 0;
    std::vector<int> first_slot_;  ///< of each unit
    std::vector<int> unit_;        ///< of each slot
    std::vector<int> first_pair_;  ///< of each slot; then depth of the unit before, block, block
    std::vector<Pair> pairs_;
};

}  // namespace blockscope
