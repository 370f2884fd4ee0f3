#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "blockscope/network/graph.hpp"

namespace blockscope {

/// Numbers of one operator, batch norm folded in.
/// weight: [out, in / groups, kernel, kernel] or [out, in], row-major; bias: [out], always present.
struct OperatorParameters {
    std::vector<float> weight;
    std::vector<float> bias;
};

/// Where the numbers of one operator come from: the same ones at each call. Random ones are made
/// when they are asked for, so that a sweep over thousands of networks need not hold them.
struct ParameterSource {
    std::function<OperatorParameters()> numbers;
};

/// Entry i belongs to operator i; null for operators without parameters. Equal pointers mean equal
/// numbers: engines keep what they prepared from an entry and use it again in other networks.
using Parameters = std::vector<std::shared_ptr<const ParameterSource>>;

/// Seeded random parameters that keep activations of order 1 through the network. The numbers of an
/// operator depend on seed, location, role and shape only, and equal ones are handed out as the
/// same entry. Locations never share weights, which would warm the caches falsely when measuring.
/// Holds no numbers, some 200 bytes for each entry.
class ParameterPool {
public:
    explicit ParameterPool(std::uint64_t seed) : seed_(seed) {}
    Parameters of(const NetworkGraph& network);

private:
    std::uint64_t seed_;
    std::map<std::string, std::shared_ptr<const ParameterSource>> known_;
};

/// Parameters of one network alone.
Parameters random_parameters(const NetworkGraph& network, std::uint64_t seed);

}  // namespace blockscope
