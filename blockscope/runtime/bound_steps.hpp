#pragma once

#include <memory>
#include <vector>

#include "blockscope/network/parameters.hpp"
#include "blockscope/runtime/activation_plan.hpp"
#include "blockscope/runtime/engine.hpp"
#include "blockscope/runtime/network_memory.hpp"

namespace blockscope {

/// One call of a library with what it reads and writes. Valid while the network and the plan are.
struct BoundStep {
    const Operator& op;
    const PlannedStep& planned;
    float* input = nullptr;
    float* second = nullptr;  ///< null for all but add and scale
    float* result = nullptr;
    std::shared_ptr<const ParameterSource> entry;  ///< null for operators without parameters
};

/// Throws Error where `parameters` are not those of the network, or where it has no operators.
void check_parameters(const NetworkGraph& network, const Parameters& parameters);

/// The plan's steps in the order they run. parameters: checked.
std::vector<BoundStep> bind_steps(const NetworkGraph& network, const Parameters& parameters,
                                  const ActivationPlan& plan, const NetworkMemory& memory);

/// What runs: the way in, the plan's steps, the way out.
std::vector<RunStep> run_steps(const NetworkGraph& network, const ActivationPlan& plan);

}  // namespace blockscope
