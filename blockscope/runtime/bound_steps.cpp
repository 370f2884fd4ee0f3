#include "blockscope/runtime/bound_steps.hpp"

#include <fmt/format.h>

#include "blockscope/base/error.hpp"

namespace blockscope {
namespace {

bool weighted(const Operator& op) {
    return op.kind == OpKind::convolution || op.kind == OpKind::linear;
}

}  // namespace

void check_parameters(const NetworkGraph& network, const Parameters& parameters) {
    if (network.operators.empty() || parameters.size() != network.operators.size()) {
        throw Error("parameters are not those of this network");
    }
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const Operator& op = network.operators[i];
        if (weighted(op) && !parameters[i]) {
            throw Error(
                fmt::format("{} {} has no parameters", label(op.where), to_string(op.role)));
        }
    }
}

std::vector<BoundStep> bind_steps(const NetworkGraph& network, const Parameters& parameters,
                                  const ActivationPlan& plan, const NetworkMemory& memory) {
    const auto tensor = [&](int number) {
        return number < 0 ? nullptr : memory.at(plan.offset[number]);
    };
    std::vector<BoundStep> bound;
    bound.reserve(plan.steps.size());
    for (const PlannedStep& step : plan.steps) {
        const Operator& op = network.operators[step.op];
        bound.push_back({op, step, tensor(step.swapped ? op.second : op.input),
                         tensor(step.swapped ? op.input : op.second), tensor(step.result),
                         weighted(op) ? parameters[step.op] : nullptr});
    }
    return bound;
}

std::vector<RunStep> run_steps(const NetworkGraph& network, const ActivationPlan& plan) {
    std::vector<RunStep> steps{{0, 0}};
    for (const PlannedStep& step : plan.steps) {
        steps.push_back({step.op, step.accumulate ? 2 : 1});
    }
    steps.push_back({static_cast<int>(network.operators.size()), 0});
    return steps;
}

}  // namespace blockscope
