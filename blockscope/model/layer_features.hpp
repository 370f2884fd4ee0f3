#pragma once

#include <vector>

#include "blockscope/space/layer_table.hpp"

namespace blockscope {

/// What models fitted by us know of an architecture: a constant, its stem variant where there is a
/// choice, and each active (unit, layer, width, block), by number. 0 is the constant; stem variants
/// and placements follow.
class LayerFeatures {
public:
    static constexpr int most = 2 + max_layers;  ///< of one architecture

    explicit LayerFeatures(const DesignSpace& space);

    int size() const { return size_; }
    int stem(int variant) const { return stem_[static_cast<std::size_t>(variant)]; }  ///< -1: none
    int stem_variants() const { return static_cast<int>(stem_.size()); }
    int first_placement() const { return size_ - static_cast<int>(placements_.size()); }
    /// In the order of their numbers, from first_placement() on; only those the space allows.
    const std::vector<Placement>& placements() const { return placements_; }

    /// Numbers of what `a` has, ascending; returns how many.
    int of(const Architecture& a, int* numbers) const;

private:
    LayerTable table_;  ///< knows the stem variants
    std::vector<int> first_slot_;
    int blocks_ = 0;
    int size_ = 1;
    std::vector<int> stem_;
    std::vector<std::vector<int>> slots_;
    std::vector<Placement> placements_;
};

}  // namespace blockscope
