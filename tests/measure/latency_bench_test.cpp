#include "blockscope/measure/latency_bench.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/measure/machine.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

class StopAfter : public Progress {
public:
    explicit StopAfter(int visits) : left_(visits) {}
    void update(std::string_view, double, double) override { --left_; }
    bool stop_requested() const override { return left_ <= 0; }

private:
    int left_;
};

TEST(ReferenceArchitecture, IsOfMiddleSizeAndInTheSpace) {
    for (const auto& name : built_in_space_names()) {
        const auto space = load_space(name);
        EXPECT_TRUE(contains(space, reference_architecture(space, 192)));
    }
    const auto space = load_space("ofa-mbv3");
    EXPECT_EQ(reference_architecture(space, 224).depth[0], 3);
}

TEST(LatencyBench, KeepsEverySampleAndOrdersTheSmallestAndTheLargestNetwork) {
    const auto space = load_space("ofa-mbv3");
    LatencyBench bench(space, 160, {});
    const std::vector<Architecture> archs{
        parse_architecture(space, "{'ks':3,'e':3,'d':2,'r':[160]}"),
        parse_architecture(space, "{'ks':7,'e':6,'d':4,'r':[160]}")};
    const auto result = bench.measure(archs, 3);
    const auto references = static_cast<std::size_t>(
        std::count_if(result.samples.begin(), result.samples.end(),
                      [](const LatencySample& s) { return s.is_reference; }));
    EXPECT_EQ(result.samples.size() - references, 6);
    EXPECT_GE(references, 16) << "two runs of seven visits at the start and one at the end";
    EXPECT_EQ(bench.measure(archs, 1).samples.front().is_reference, false);
    EXPECT_TRUE(result.failures.empty());
    // four times the MACs: no noise turns this round
    EXPECT_LT(result.latency_ms[0], result.latency_ms[1]);
    EXPECT_GT(result.latency_ms[0], 0);
    EXPECT_GE(result.spread_ms[0], 0);
    const auto quality = bench.quality();
    EXPECT_EQ(quality.networks, 4);
    EXPECT_GT(quality.reference_ms, 0);
    EXPECT_TRUE(quality.by_cpu_time);
}

// Four resolutions of one space: the weights once, but for what wants another layout.
TEST(LatencyBench, SharesItsWeightsWithOtherResolutions) {
    const auto space = load_space("ofa-mbv3-w1.0");
    const auto shared = std::make_shared<LatencyEngine>(LatencyOptions{});
    const LatencyBench first(space, 64, {}, shared);
    const auto bytes = static_cast<double>(shared->engine->kept_bytes());
    EXPECT_GT(bytes, 0);
    const LatencyBench second(space, 96, {}, shared);
    const LatencyBench third(space, 128, {}, shared);
    EXPECT_LT(static_cast<double>(shared->engine->kept_bytes()), 1.5 * bytes);
}

TEST(LatencyBench, EndsEarlyWhenAskedAndSaysWhichNetworksWereNotReached) {
    const auto space = load_space("ofa-mbv3");
    LatencyBench bench(space, 128, {});
    const auto a = parse_architecture(space, "{'ks':3,'e':3,'d':2,'r':[128]}");
    StopAfter stop(2);
    const auto result = bench.measure(std::vector<Architecture>(5, a), 1, &stop);
    EXPECT_EQ(std::count_if(result.samples.begin(), result.samples.end(),
                            [](const LatencySample& s) { return !s.is_reference; }),
              2);
    EXPECT_EQ(result.failures.size(), 3);
    for (const auto& [i, reason] : result.failures) {
        EXPECT_TRUE(std::isnan(result.latency_ms[i]));
        EXPECT_EQ(reason, "not reached before the measuring was stopped");
    }
}

/// An engine that has no kernel 7.
class NoKernelSeven : public Engine {
public:
    explicit NoKernelSeven(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
    std::string name() const override { return engine_->name(); }
    std::string version() const override { return engine_->version(); }
    std::size_t kept_bytes() const override { return engine_->kept_bytes(); }
    std::unique_ptr<PreparedNetwork> prepare(const NetworkGraph& network,
                                             const Parameters& parameters) override {
        for (const auto& op : network.operators) {
            if (op.kernel == 7) throw Error("no 7x7", Fault::runtime);
        }
        return engine_->prepare(network, parameters);
    }

private:
    std::unique_ptr<Engine> engine_;
};

TEST(LatencyBench, GoesOnAfterANetworkThatTheEngineRefuses) {
    const auto space = load_space("ofa-mbv3-w1.0");
    const auto shared = std::make_shared<LatencyEngine>(LatencyOptions{});
    shared->engine = std::make_unique<NoKernelSeven>(std::move(shared->engine));
    LatencyBench bench(space, 64, {}, shared);
    const std::vector<Architecture> archs{
        parse_architecture(space, "{'ks':3,'e':3,'d':2,'r':[64]}"),
        parse_architecture(space, "{'ks':7,'e':3,'d':2,'r':[64]}"),
        parse_architecture(space, "{'ks':5,'e':3,'d':2,'r':[64]}")};
    const auto result = bench.measure(archs, 2);
    EXPECT_GT(result.latency_ms[0], 0);
    EXPECT_TRUE(std::isnan(result.latency_ms[1]));
    EXPECT_GT(result.latency_ms[2], 0);
    ASSERT_EQ(result.failures.size(), 1);
    EXPECT_EQ(result.failures[0].first, 1U);
    EXPECT_EQ(result.failures[0].second, "no 7x7");
}

TEST(LatencyBench, ScalesToTheReferenceItIsGiven) {
    const auto space = load_space("ofa-mbv3");
    LatencyOptions options;
    options.reference_ms = 1e9;  // as if an earlier session had been that slow
    LatencyBench bench(space, 128, options);
    EXPECT_EQ(bench.reference_ms(), 1e9);
    const std::vector<Architecture> archs{reference_architecture(space, 128)};
    const auto result = bench.measure(archs, 1);
    // the samples tell what was measured, the value what it is relative to the reference
    EXPECT_LT(result.samples.front().cpu_ms, 1e5);
    EXPECT_GT(result.latency_ms[0], 1e7);
}

// What a run takes may be below what the clock tells apart; 2,000 steps of it are enough.
TEST(LatencyBench, RepeatsWhatIsTooFastForTheClock) {
    for (const bool by_cpu_time : {true, false}) {
        EXPECT_GE(clock_step_ms(by_cpu_time), 0);
        EXPECT_LT(clock_step_ms(by_cpu_time), 100);
    }
    const auto space = load_space("ofa-mbv3");
    const LatencyBench large(space, 224, {});
    const LatencyBench small(space, 32, {});
    EXPECT_GE(large.runs_in_a_row(), 1);
    EXPECT_GE(small.runs_in_a_row(), large.runs_in_a_row());
    EXPECT_LE(small.runs_in_a_row(), 1000);
}

TEST(LatencyBench, RefusesAnEngineThereIsNot) {
    LatencyOptions options;
    options.engine = "onednm";
    EXPECT_THROW(LatencyBench(load_space("ofa-mbv3"), 128, options), Error);
}

TEST(MachineDescription, LeavesTheHostOutWhenAsked) {
    EXPECT_EQ(machine_description(false).front().first, "host");
    EXPECT_EQ(machine_description(true).front().first, "processor");
}

}  // namespace
}  // namespace blockscope
