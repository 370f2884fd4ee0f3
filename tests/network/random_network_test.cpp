#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "blockscope/network/cost.hpp"
#include "blockscope/network/onnx_export.hpp"
#include "blockscope/network/parameters.hpp"
#include "blockscope/space/sampling.hpp"

#include "tests/space/random_space.hpp"

namespace blockscope {
namespace {

// What every operator must agree on with its neighbours, whatever the space.
RC_GTEST_PROP(RandomNetwork, IsLoweredToOperatorsThatFit, ()) {
    const auto space = parse_space(*random_space::file(), "random.toml");
    for (const auto& a : sample(space, 10, Rng(1), space.default_resolution)) {
        const auto network = lower(space, a);
        for (std::size_t i = 0; i < network.operators.size(); ++i) {
            const Operator& op = network.operators[i];
            RC_ASSERT(op.input <= static_cast<int>(i));
            RC_ASSERT(op.second <= static_cast<int>(i));
            RC_ASSERT(op.in == network.shape(op.input));
            RC_ASSERT(op.out.height >= 1 && op.out.width >= 1);
            RC_ASSERT(op.in.channels % op.groups == 0);
            RC_ASSERT(op.out.channels % op.groups == 0);
            if (op.kind == OpKind::add) RC_ASSERT(network.shape(op.second) == op.out);
            if (op.kind == OpKind::scale) {
                RC_ASSERT(network.shape(op.second) == (Shape{op.out.channels, 1, 1}));
            }
        }
    }
}

RC_GTEST_PROP(RandomNetwork, IsCountedByTablesAsByItsGraph, ()) {
    const auto space = parse_space(*random_space::file(), "random.toml");
    const int resolution = random_space::from_to(16, 70);
    const auto table = [&](Count count) { return count_table(space, resolution, count); };
    const LayerTable macs = table(Count::macs);
    const LayerTable torch = table(Count::macs_torchprofile);
    const LayerTable params = table(Count::params);
    const LayerTable peak = table(Count::activation_bytes_peak);
    const LayerTable total = table(Count::activation_bytes_total);
    for (const auto& a : sample(space, 20, Rng(2), resolution)) {
        const Cost c = cost(lower(space, a));
        RC_ASSERT(macs.value(a) == static_cast<double>(c.macs));
        RC_ASSERT(torch.value(a) == static_cast<double>(c.macs_torchprofile));
        RC_ASSERT(params.value(a) == static_cast<double>(c.params));
        RC_ASSERT(peak.value(a) == static_cast<double>(c.activation_bytes_peak));
        RC_ASSERT(total.value(a) == static_cast<double>(c.activation_bytes_total));
    }
}

RC_GTEST_PROP(RandomNetwork, HasTheParametersItIsSaidToHave, ()) {
    const auto space = parse_space(*random_space::file(), "random.toml");
    const auto network = lower(space, sample(space, 1, Rng(3), space.default_resolution)[0]);
    const auto parameters = random_parameters(network, 1);
    const auto costs = operator_costs(network);
    for (std::size_t i = 0; i < network.operators.size(); ++i) {
        const Operator& op = network.operators[i];
        RC_ASSERT((parameters[i] == nullptr) == (costs[i].params == 0));
        if (!parameters[i]) continue;
        const std::int64_t beside_weights =
            (op.bias ? op.out.channels : 0) + (op.batch_norm ? 2 * op.out.channels : 0);
        RC_ASSERT(static_cast<std::int64_t>(parameters[i]->numbers().weight.size()) +
                      beside_weights ==
                  costs[i].params);
    }
}

RC_GTEST_PROP(RandomNetwork, ExportsToWhatTheCheckerAccepts, ()) {
    const auto space = parse_space(*random_space::file(), "random.toml");
    const auto network = lower(space, sample(space, 1, Rng(4), space.default_resolution)[0]);
    const auto parameters = random_parameters(network, 1);
    RC_ASSERT(check_onnx(to_onnx(network, parameters)) == "");
    RC_ASSERT(check_onnx(to_onnx(network, parameters, 3)) == "");
}

}  // namespace
}  // namespace blockscope
