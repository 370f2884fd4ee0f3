#pragma once

#include <string>
#include <vector>

#include "blockscope/profile/expectation.hpp"

namespace blockscope {

/// Cells of architectures that look alike in one unit (or in the stem): equal width that comes in,
/// width, depth or presence of a layer, group of the block there; whatever is not asked is ignored.
struct Partition {
    enum class Depth { ignored, told, presence };
    int unit = 0;  ///< from 0; -1: variants of the stem, and nothing else counts
    bool incoming = false;
    bool width = false;
    Depth depth = Depth::ignored;
    int layer = 0;                ///< from 0, whose presence and block count
    std::vector<int> group = {};  ///< [block] group from 0, of architectures that have the layer
};

/// A part of a metric's variance as a signed sum of variances of its mean over cells.
struct Factor {
    struct Term {
        double sign = 1;
        std::size_t partition = 0;  ///< index into FactorGroup::partitions
    };
    std::string name;  ///< counted from 1: "U3 depth", "U3 L2 block", "U3 L2 kernel"
    std::vector<Term> terms;
    bool part = false;  ///< of the factor before it that is not a part
};

/// Everything that belongs to one unit, or to the stem.
struct FactorGroup {
    std::string name;  ///< "U3", "stem"
    std::vector<Partition> partitions;
    std::vector<Factor> factors;
};

/// What a random architecture chooses, split so that a layer counts only where it is present:
/// variance of the mean over stem and widths (what neighbours share in two halves), then what a
/// unit's depth adds given its width, then what the block of each location adds given that it is
/// present and the widths it sees. These parts do not overlap, and for a metric that is a sum over
/// layers they are the whole variance (docs/statistics.md). Where the candidates of a layer are
/// all pairs of several expansions and several kernels, the block's part is split further.
std::vector<FactorGroup> variance_factors(const DesignSpace& space, const LayerTable& shape);

/// The cells of a partition of a space. shape: any layer table of the space.
class Cells {
public:
    Cells(const DesignSpace& space, const LayerTable& shape, Partition partition);

    std::size_t size() const { return probability_.size(); }
    const std::vector<double>& probability() const { return probability_; }
    /// Number of cells that can be reached.
    int possible() const { return possible_; }
    /// E[table.value(A) | cell] for each cell, 0 for those that cannot be reached. Sum tables.
    std::vector<double> means(const LayerTable& table) const;
    std::size_t of(const Architecture& a) const;

private:
    template <typename Visit>
    void for_each(Visit visit) const;

    const DesignSpace& space_;
    const LayerTable& shape_;
    Partition p_;
    int incoming_ = 1, widths_ = 1, depths_ = 1, groups_ = 1;
    std::vector<double> stem_;
    BodyDistribution body_;
    std::vector<double> probability_;
    int possible_ = 0;
};

}  // namespace blockscope
