#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "blockscope/network/graph.hpp"

namespace blockscope {

/// A weighted operator of a supernet: how large it is at most, and under which names a checkpoint
/// keeps it. Names are those of the Once-for-All code (Cai et al., ICLR 2020).
struct SupernetLayer {
    Location where;
    Role role = Role::conv;
    Family family = Family::mbconv;   ///< of the blocks it serves; in stem and head: of the space
    std::vector<std::int64_t> shape;  ///< of the weight: [out, in / groups, k, k] or [out, in]
    /// Kernels it can take, ascending. A smaller one is cut from the middle of the next larger one
    /// and multiplied with a learned matrix.
    std::vector<int> kernels;
    std::string weight;
    std::string bias;        ///< "": none
    std::string batch_norm;  ///< in front of ".weight", ".running_mean", ...; "": none
    std::string transform;   ///< in front of "7to5_matrix", ...

    /// "....7to5_matrix", for kernels[i + 1] to kernels[i].
    std::string matrix(std::size_t i) const;
};

/// Every weighted operator that an architecture of the space may have, in the order of a forward
/// pass. A layer of the body serves every block of the space, whatever a restriction excludes: a
/// restricted space has the supernet of the whole one.
std::vector<SupernetLayer> supernet_layers(const DesignSpace& space);

/// The layer whose numbers an operator of `a`'s network takes; null for an operator without.
const SupernetLayer* layer_of(const std::vector<SupernetLayer>& layers, const DesignSpace& space,
                              const Architecture& a, const Operator& op);

struct SupernetTensor {
    std::string name;
    std::vector<std::int64_t> shape;
    /// What a file may leave out: kernel matrices (identity) and counters of batches (unused).
    bool optional = false;
};

/// What the checkpoint of a supernet with these layers holds.
std::vector<SupernetTensor> supernet_tensors(const std::vector<SupernetLayer>& layers);

}  // namespace blockscope
