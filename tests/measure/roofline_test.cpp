#include "blockscope/measure/roofline.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/network/cost.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

Operator convolution(Shape in, Shape out, int kernel, int groups) {
    Operator op;
    op.in = in;
    op.out = out;
    op.kernel = kernel;
    op.groups = groups;
    return op;
}

/// A 1x1 convolution from 8 to 16 channels on 10 x 10, a depthwise 3x3 on them, a rescale, a
/// convolution with an addition, in four visits of 2, 3, 4, ... ms.
TimedOperators by_hand() {
    TimedOperators of;
    NetworkGraph& g = of.network;
    g.input = {8, 10, 10};
    g.operators.push_back(convolution({8, 10, 10}, {16, 10, 10}, 1, 1));
    g.operators.push_back(convolution({16, 10, 10}, {16, 10, 10}, 3, 16));
    g.operators[1].input = 1;
    Operator scale = g.operators[1];
    scale.kind = OpKind::scale;
    scale.groups = 1;
    scale.input = 2;
    scale.second = 2;
    g.operators.push_back(scale);
    Operator project = convolution({16, 10, 10}, {8, 10, 10}, 1, 1);
    project.input = 3;
    g.operators.push_back(project);
    Operator add = project;
    add.kind = OpKind::add;
    add.in = add.out = {8, 10, 10};
    add.input = 4;
    add.second = 0;
    g.operators.push_back(add);
    of.steps = {{0, 0}, {0, 1}, {1, 1}, {2, 1}, {3, 2}, {5, 0}};
    for (int visit = 0; visit < 4; ++visit) {
        of.step_ms.push_back({1, 2, 3, 4, 5.0 + visit, 1});
    }
    of.whole_ms = {16, 17, 18, 19};
    return of;
}

TEST(Roofline, CountsMacsAndBytesOnce) {
    const auto steps = by_step(by_hand(), 1, 0.95);
    EXPECT_EQ(steps[0].macs, 0);
    EXPECT_EQ(steps[0].bytes, 4 * 2 * 800);
    EXPECT_EQ(steps[1].macs, 8 * 16 * 100);
    EXPECT_EQ(steps[1].bytes, 4 * (800 + 1600 + 8 * 16 + 16));
    EXPECT_EQ(steps[2].macs, 9 * 1600);
    EXPECT_EQ(steps[2].bytes, 4 * (1600 + 1600 + 9 * 16 + 16));
    EXPECT_EQ(steps[3].macs, 0);
    EXPECT_EQ(steps[3].bytes, 4 * (1600 + 1600 + 16)) << "the factors are one for each channel";
    EXPECT_EQ(steps[4].bytes, 4 * (1600 + 800 + 800 + 8 * 16 + 8)) << "the shortcut is read";
    EXPECT_EQ(steps[5].bytes, 4 * 2 * 800);
    // a batch of 3 reads its weights once
    EXPECT_EQ(by_step(by_hand(), 3, 0.95)[1].bytes, 4 * (3 * 2400 + 8 * 16 + 16));
    EXPECT_EQ(by_step(by_hand(), 3, 0.95)[1].macs, 3 * 8 * 16 * 100);
}

TEST(Roofline, GivesRatesWithTheirIntervalsTurnedRound) {
    Roofline r;
    r.ms = {2, 1, 4};
    r.macs = 1e9;
    r.bytes = 5e8;
    EXPECT_DOUBLE_EQ(r.gflop_per_s().value, 1000);
    EXPECT_DOUBLE_EQ(r.gflop_per_s().low, 500);
    EXPECT_DOUBLE_EQ(r.gflop_per_s().high, 2000);
    EXPECT_DOUBLE_EQ(r.gbyte_per_s(), 250);
    EXPECT_DOUBLE_EQ(r.macs_per_byte(), 2);
}

TEST(Roofline, AddsTimesWithinEachVisit) {
    const auto of = by_hand();
    const Roofline all = sum_of_parts(of, 1, 0.95);
    EXPECT_DOUBLE_EQ(all.ms.value, 17.5);  // 16 to 19, the middle half
    EXPECT_LT(all.ms.low, 17.5);
    EXPECT_EQ(all.macs, 8 * 16 * 100 * 2 + 9 * 1600);
    EXPECT_DOUBLE_EQ(whole_ms(of, 0.95).value, 17.5);
    // steps that do not vary have no width of their own
    const std::vector<std::size_t> steady{1, 2};
    EXPECT_DOUBLE_EQ(roofline(of, steady, 1, 0.95).ms.low, 5);
}

// Real networks: places and shapes both hold every step, in the time they took.
TEST(Roofline, LosesNoStepInPlacesOrShapes) {
    const auto space = load_space("ofa-mbv3");
    LatencyOptions options;
    const auto archs = sample(space, 2, Rng(3), 128);
    const OperatorTimes times = time_operators(space, archs, options, 2, 0);
    double in_all = 0;
    for (const auto& of : times.networks) {
        ASSERT_EQ(of.failure, "");
        std::size_t steps = 0;
        const auto parts = places(of);
        EXPECT_TRUE(parts.front().is_copy);
        EXPECT_TRUE(parts.back().is_copy);
        for (const auto& place : parts) steps += place.steps.size();
        EXPECT_EQ(steps, of.steps.size());
        double macs = 0;
        for (const auto& cost : operator_costs(of.network)) macs += static_cast<double>(cost.macs);
        EXPECT_EQ(sum_of_parts(of, 1, 0.95).macs, macs);
        in_all += macs;
        EXPECT_EQ(of.step_ms.size(), 2U);
        EXPECT_EQ(of.whole_ms.size(), 2U);
    }
    double by_shapes = 0;
    for (const auto& shape : by_shape(times.networks, 1, 0.95)) {
        by_shapes += static_cast<double>(shape.calls) * shape.each.macs;
    }
    EXPECT_EQ(by_shapes, in_all);
    EXPECT_GT(times.peak_gflops, 0);
}

TEST(TimeOperators, SaysWhichEnginesShowTheirSteps) {
    LatencyOptions options;
    options.engine = "onnxruntime";
    const auto space = load_space("ofa-mbv3-w1.0");
    const auto archs = sample(space, 1, Rng(3), 128);
    try {
        time_operators(space, archs, options, 1, 0);
        FAIL();
    } catch (const Error& e) {
        const std::string text = e.what();
        EXPECT_TRUE(text.find("does not show the steps") != std::string::npos ||
                    text.find("cannot be had") != std::string::npos)
            << text;
    }
}

}  // namespace
}  // namespace blockscope
