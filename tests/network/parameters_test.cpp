#include "blockscope/network/parameters.hpp"

#include <set>

#include <gtest/gtest.h>

#include "blockscope/space/encoding.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

NetworkGraph network(const std::string& arch) {
    const auto space = load_space("ofa-mbv3-w1.0");
    return lower(space, parse_architecture(space, arch));
}

TEST(Parameters, AreTheSameForTheSameSeed) {
    const auto graph = network("{'ks':3,'e':3,'d':2,'r':192}");
    const auto a = random_parameters(graph, 1);
    const auto b = random_parameters(graph, 1);
    const auto c = random_parameters(graph, 2);
    for (std::size_t i = 0; i < a.size(); ++i) {
        ASSERT_EQ(a[i] == nullptr, b[i] == nullptr);
        if (!a[i]) continue;
        EXPECT_EQ(a[i]->numbers().weight, b[i]->numbers().weight);
        EXPECT_EQ(a[i]->numbers().bias, b[i]->numbers().bias);
        EXPECT_NE(a[i]->numbers().weight, c[i]->numbers().weight);
    }
}

TEST(Parameters, DoNotDependOnTheRestOfTheNetworkNorOnTheOrder) {
    const auto one = network("{'ks':3,'e':3,'d':2,'r':192}");
    const auto other = network("{'ks':5,'e':6,'d':4,'r':160}");
    ParameterPool forwards(9);
    ParameterPool backwards(9);
    const auto a = forwards.of(one);
    forwards.of(other);
    backwards.of(other);
    const auto b = backwards.of(one);
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (!a[i]) continue;
        EXPECT_EQ(a[i]->numbers().weight, b[i]->numbers().weight);
    }
    EXPECT_EQ(forwards.of(one), a);  // the same entries, not only equal numbers
}

TEST(Parameters, AreSharedByResolutionsButNeverByLocations) {
    ParameterPool pool(1);
    const auto small = pool.of(network("{'ks':3,'e':4,'d':4,'r':160}"));
    const auto graph = network("{'ks':3,'e':4,'d':4,'r':224}");
    const auto large = pool.of(graph);
    EXPECT_EQ(small, large);
    std::set<const ParameterSource*> seen;
    for (const auto& entry : large) {
        if (!entry) continue;
        EXPECT_TRUE(seen.insert(entry.get()).second);
    }
}

TEST(Parameters, HaveTheSizesOfTheirOperators) {
    const auto graph = network("{'ks':7,'e':6,'d':3,'r':192}");
    const auto parameters = random_parameters(graph, 1);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const Operator& op = graph.operators[i];
        const bool has = op.kind == OpKind::convolution || op.kind == OpKind::linear;
        ASSERT_EQ(parameters[i] != nullptr, has);
        if (!has) continue;
        const auto in = op.in.channels / op.groups;
        const auto numbers = parameters[i]->numbers();
        EXPECT_EQ(numbers.weight.size(), op.out.channels * in * op.kernel * op.kernel);
        EXPECT_EQ(numbers.bias.size(), op.out.channels);
        for (const float w : numbers.weight) ASSERT_GT(w * w, 1e-30F);  // no denormals
    }
}

// The first numbers of one layer: a seed must mean the same on every machine.
TEST(Parameters, OfAKnownSeedAreKnown) {
    const auto graph = network("{'ks':3,'e':3,'d':2,'r':192}");
    const auto parameters = random_parameters(graph, 1);
    const auto first = parameters[0]->numbers();
    EXPECT_FLOAT_EQ(first.weight[0], 0.4664197F);
    EXPECT_FLOAT_EQ(first.weight[1], -0.14250948F);
    EXPECT_FLOAT_EQ(first.bias[0], -0.078143887F);
}

}  // namespace
}  // namespace blockscope
