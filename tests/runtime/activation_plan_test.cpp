#include "blockscope/runtime/activation_plan.hpp"

#include <gtest/gtest.h>

#include "blockscope/network/cost.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

#include "tests/runtime/reference_network.hpp"

namespace blockscope {
namespace {

TEST(ActivationPlan, LetsTheConvolutionDoTheResidualAddition) {
    reference::Builder b({8, 4, 4});
    const int x = b.conv(0, 8, 3, 1, 1, Activation::relu);
    const int t = b.conv(x, 16, 1, 1, 1, Activation::relu);
    b.combine(OpKind::add, b.conv(t, 8, 1, 1, 1, Activation::none), x, Activation::relu);
    const auto plan = plan_activations(b.network, 1);
    ASSERT_EQ(plan.steps.size(), 3U);
    EXPECT_TRUE(plan.steps[2].accumulate);
    EXPECT_EQ(plan.steps[2].activation, Activation::relu);
    EXPECT_EQ(plan.steps[2].result, 4);
    EXPECT_EQ(plan.offset[4], plan.offset[1]);
}

TEST(ActivationPlan, NeverWritesOverWhatTheConvolutionReads) {
    reference::Builder b({8, 4, 4});
    const int x = b.conv(0, 8, 3, 1, 1, Activation::relu);
    b.combine(OpKind::add, b.conv(x, 8, 3, 1, 1, Activation::none), x);
    const auto plan = plan_activations(b.network, 1);
    ASSERT_EQ(plan.steps.size(), 3U);
    EXPECT_FALSE(plan.steps[1].accumulate);
}

TEST(ActivationPlan, KeepsATensorThatIsReadLater) {
    const auto network = reference::odd_network();
    const auto plan = plan_activations(network, 1);
    EXPECT_FALSE(plan.steps[1].accumulate);  // x is added twice
    EXPECT_NE(plan.offset[3], plan.offset[1]);
}

TEST(ActivationPlan, NeedsLittleMoreThanWhatIsAliveAtOnce) {
    for (const auto& name : built_in_space_names()) {
        const auto space = load_space(name);
        for (const auto& a : sample(space, 20, Rng(1), space.default_resolution)) {
            const auto network = lower(space, a);
            const auto plan = plan_activations(network, 3);
            const auto alive = 3 * cost(network).activation_bytes_peak;
            EXPECT_LE(static_cast<double>(plan.bytes), 1.25 * static_cast<double>(alive)) << name;
            for (const auto offset : plan.offset) EXPECT_EQ(offset % 64, 0U);
        }
    }
}

}  // namespace
}  // namespace blockscope
