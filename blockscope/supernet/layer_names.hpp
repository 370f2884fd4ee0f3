#pragma once

#include <string>
#include <vector>

#include "blockscope/network/graph.hpp"

namespace blockscope {

struct LayerNames {
    std::string weight;
    std::string bias;
    std::string batch_norm;  ///< in front of ".weight", ".running_mean", ...
    std::string transform;   ///< in front of "7to5_matrix", ...
};

/// How the Once-for-All code names the modules of a supernet; see docs/supernets.md for the rule.
/// A module of several sizes wraps a plain one, which repeats a part of the name: "conv.conv".
class SupernetNames {
public:
    explicit SupernetNames(const DesignSpace& space);

    /// family: of the block that the operator belongs to; in stem and head of the space's first.
    LayerNames of(const Operator& op, Family family) const;

private:
    std::string module(const Location& where) const;

    bool mbconv_;
    std::vector<std::string> stem_;
    std::vector<int> first_block_;  ///< number of each unit's first layer
    std::vector<std::string> head_;
};

}  // namespace blockscope
