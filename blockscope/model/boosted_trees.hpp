#pragma once

#include <span>
#include <string>
#include <vector>

#include "blockscope/space/design_space.hpp"

namespace blockscope {

/// An architecture as numbers for trees: resolution, stem options, then for each unit its depth,
/// width, and the expansion, kernel and block (from 1) of each layer, 0 where it is not active.
class TreeInputs {
public:
    explicit TreeInputs(const DesignSpace& space);
    std::size_t size() const { return names_.size(); }
    const std::vector<std::string>& names() const { return names_; }  ///< "U1-L2-kernel"
    void of(const Architecture& a, float* numbers) const;

private:
    DesignSpace space_;
    std::vector<std::string> names_;
};

/// A sum of regression trees.
struct BoostedTrees {
    struct Node {
        int input = -1;  ///< of TreeInputs; -1: a leaf
        float at = 0;    ///< the leaf's value, or what the input is compared with
        int below = 0;   ///< node that follows where input < at, a later one
        int above = 0;   ///< likewise elsewhere
    };
    std::vector<std::vector<Node>> trees;  ///< each from its root on

    double value(const float* numbers) const;
};

struct BoostingOptions {
    int rounds = 600;  ///< at most: those with the least error on watched rows are kept
    int depth = 4;
    double rate = 0.05;
};

/// True if this program was built with XGBoost; training throws Error without.
bool can_train_trees();

/// Least squares by gradient boosting, one thread. rows: [row][columns]; of the targets the last
/// `watched` are not fitted to but decide how many rounds are kept (0: all are fitted to).
/// Source: Chen and Guestrin, "XGBoost" (2016), whose library does it.
BoostedTrees train_trees(std::span<const float> rows, std::size_t columns,
                         std::span<const float> targets, std::size_t watched,
                         const BoostingOptions& options);

}  // namespace blockscope
