#include "blockscope/runtime/engine.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

#include "tests/runtime/reference_network.hpp"

/// The address sanitizer's question: what ONNX Runtime itself never frees is not ours to repair.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libonnxruntime\n"; }

namespace blockscope {
namespace {

using reference::difference;

constexpr double tolerance = 1e-4;  // relative to the largest value of the tensor

std::vector<std::string> available_engines() {
    std::vector<std::string> names;
    for (const auto& report : engine_reports()) {
        if (report.available) names.push_back(report.name);
    }
    return names;
}

std::vector<float> output_of(PreparedNetwork& network, const std::vector<float>& input) {
    std::copy(input.begin(), input.end(), network.input().begin());
    network.run();
    return {network.output().begin(), network.output().end()};
}

std::vector<NetworkGraph> networks_by_hand() {
    return {reference::mobile_network(), reference::bottleneck_network(), reference::odd_network()};
}

class EachEngine : public testing::TestWithParam<std::string> {
protected:
    std::unique_ptr<Engine> engine(int batch = 1, int threads = 1) const {
        return make_engine(GetParam(), {threads, batch});
    }
};

TEST_P(EachEngine, ComputesWhatTheReferenceComputes) {
    const auto made = engine();
    for (const auto& network : networks_by_hand()) {
        const auto parameters = random_parameters(network, 1);
        const auto input = reference::image(network.input.elements(), 2);
        const auto expected = reference::run(network, parameters, input).back();
        const auto prepared = made->prepare(network, parameters);
        EXPECT_LT(difference(output_of(*prepared, input), expected), tolerance);
    }
}

TEST_P(EachEngine, ComputesEveryTensorOfTheWay) {
    const auto made = engine();
    for (const auto& network : networks_by_hand()) {
        const auto parameters = random_parameters(network, 1);
        const auto input = reference::image(network.input.elements(), 2);
        const auto expected = reference::run(network, parameters, input);
        for (std::size_t i = 1; i <= network.operators.size(); ++i) {
            NetworkGraph part = network;
            part.operators.resize(i);
            const auto prepared =
                made->prepare(part, Parameters(parameters.begin(), parameters.begin() + i));
            EXPECT_LT(difference(output_of(*prepared, input), expected[i]), tolerance)
                << "operator " << i - 1;
        }
    }
}

TEST_P(EachEngine, KeepsItsInputForTheNextRun) {
    const auto network = reference::mobile_network();
    const auto prepared = engine()->prepare(network, random_parameters(network, 1));
    const auto input = reference::image(network.input.elements(), 2);
    const auto first = output_of(*prepared, input);
    prepared->run();
    EXPECT_EQ(std::vector<float>(prepared->output().begin(), prepared->output().end()), first);
    EXPECT_TRUE(std::equal(input.begin(), input.end(), prepared->input().begin()));
}

TEST_P(EachEngine, RunsTwoThreadsToTheSameResult) {
    const auto network = reference::bottleneck_network();
    const auto parameters = random_parameters(network, 1);
    const auto input = reference::image(network.input.elements(), 2);
    const auto one = engine(1, 1);
    const auto two = engine(1, 2);
    const auto a = one->prepare(network, parameters);
    const auto b = two->prepare(network, parameters);
    const auto from_one = output_of(*a, input);
    EXPECT_LT(difference(output_of(*b, input), from_one), tolerance);
    EXPECT_EQ(output_of(*a, input), from_one);  // the other engine's threads changed nothing
}

TEST_P(EachEngine, RunsABatchLikeItsImages) {
    for (const auto& network : networks_by_hand()) {
        const auto parameters = random_parameters(network, 1);
        const auto both = reference::image(2 * network.input.elements(), 3);
        const auto half = both.begin() + network.input.elements();
        const auto alone = engine(1);
        const auto prepared = alone->prepare(network, parameters);
        auto expected = output_of(*prepared, {both.begin(), half});
        const auto second = output_of(*prepared, {half, both.end()});
        expected.insert(expected.end(), second.begin(), second.end());
        const auto pair = engine(2)->prepare(network, parameters);
        EXPECT_LT(difference(output_of(*pair, both), expected), tolerance);
    }
}

TEST_P(EachEngine, GivesNetworksThatShareLayersTheResultsOfAFreshEngine) {
    const auto space = load_space("ofa-mbv3-w1.0");
    const auto archs = sample(space, 4, Rng(5), 64);
    const auto shared = engine();
    ParameterPool pool(3);
    std::vector<NetworkGraph> graphs;
    std::vector<std::unique_ptr<PreparedNetwork>> prepared;
    for (const auto& a : archs) {
        graphs.push_back(lower(space, a));
        prepared.push_back(shared->prepare(graphs.back(), pool.of(graphs.back())));
    }
    const auto input = reference::image(graphs[0].input.elements(), 4);
    for (int round = 0; round < 2; ++round) {
        for (std::size_t i = 0; i < archs.size(); ++i) {
            const auto alone = engine()->prepare(graphs[i], random_parameters(graphs[i], 3));
            EXPECT_EQ(output_of(*prepared[i], input), output_of(*alone, input));
        }
    }
}

TEST_P(EachEngine, LeavesEarlierNetworksValidWhenALargerOneComes) {
    const auto space = load_space("ofa-mbv3-w1.0");
    const auto made = engine();
    ParameterPool pool(3);
    const auto small_graph = lower(space, sample(space, 1, Rng(5), 32)[0]);
    const auto small = made->prepare(small_graph, pool.of(small_graph));
    const auto input = reference::image(small_graph.input.elements(), 4);
    const auto before = output_of(*small, input);
    const auto large_graph = lower(space, sample(space, 1, Rng(6), 160)[0]);
    const auto large = made->prepare(large_graph, pool.of(large_graph));
    output_of(*large, reference::image(large_graph.input.elements(), 4));
    EXPECT_EQ(output_of(*small, input), before);
}

// Bytes, not the process's size, which neighbours and allocators move.
TEST_P(EachEngine, KeepsItsMemoryFlatOverManyNetworks) {
    const auto space = load_space("ofa-mbv3-w1.0");
    constexpr std::size_t most = 3'000'000;  // a network has from 13 to 30 MB
    EngineOptions options;
    options.kept_bytes = most;
    const auto frugal = make_engine(GetParam(), options);
    const auto generous = engine();
    ParameterPool pool(3);
    std::unique_ptr<PreparedNetwork> earlier;
    std::vector<float> earlier_output;
    const int networks = GetParam() == "onnxruntime" ? 4 : 40;  // it takes long to build one
    const auto archs = sample(space, networks, Rng(5), 32);
    const auto input = reference::image(3 * 32 * 32, 4);
    std::size_t generous_bytes = 0;
    for (const auto& a : archs) {
        const auto network = lower(space, a);
        const auto prepared = frugal->prepare(network, pool.of(network));
        EXPECT_LE(frugal->kept_bytes(), most);
        const auto same = generous->prepare(network, pool.of(network));
        EXPECT_LE(generous_bytes, generous->kept_bytes());
        generous_bytes = generous->kept_bytes();
        const auto output = output_of(*prepared, input);
        EXPECT_EQ(output, output_of(*same, input));  // packed again, the same
        if (earlier) {
            EXPECT_EQ(output_of(*earlier, input), earlier_output);
        }
        earlier = frugal->prepare(network, pool.of(network));
        earlier_output = output;
    }
    // every layer seen: a second sweep adds nothing
    for (const auto& a : archs) {
        const auto network = lower(space, a);
        generous->prepare(network, pool.of(network));
    }
    EXPECT_EQ(generous->kept_bytes(), generous_bytes);
}

TEST_P(EachEngine, ShowsStepsThatCoverEveryOperatorOnceAndChangeNothing) {
    const auto made = engine();
    for (const auto& network : networks_by_hand()) {
        const auto prepared = made->prepare(network, random_parameters(network, 1));
        const auto steps = prepared->steps();
        if (steps.empty()) GTEST_SKIP() << "this library does not show its steps";
        const int count = static_cast<int>(network.operators.size());
        EXPECT_EQ(steps.front().operators, 0);
        EXPECT_EQ(steps.back().operators, 0);
        EXPECT_EQ(steps.back().first, count);
        int next = 0;
        for (std::size_t s = 1; s + 1 < steps.size(); ++s) {
            // an average pool of one pixel is no work, so it is no step
            while (next < steps[s].first) {
                EXPECT_EQ(network.operators[static_cast<std::size_t>(next++)].kernel, 1);
            }
            EXPECT_EQ(steps[s].first, next);
            next += steps[s].operators;
        }
        EXPECT_EQ(next, count);
        const auto expected = output_of(*prepared, reference::image(network.input.elements(), 2));
        std::size_t marks = 0;
        prepared->run_marked([&] { ++marks; });
        EXPECT_EQ(marks, steps.size() + 1);
        EXPECT_EQ(std::vector<float>(prepared->output().begin(), prepared->output().end()),
                  expected);
    }
}

TEST_P(EachEngine, SaysItsVersion) { EXPECT_FALSE(engine()->version().empty()); }

INSTANTIATE_TEST_SUITE_P(Built, EachEngine, testing::ValuesIn(available_engines()),
                         [](const auto& test) { return test.param; });

TEST(Engines, AgreeWithTheReferenceOnRealNetworks) {
    const auto made = make_engine("onednn", {});
    for (const auto& name : built_in_space_names()) {
        const auto space = load_space(name);
        const auto network = lower(space, sample(space, 1, Rng(7), 47)[0]);
        const auto parameters = random_parameters(network, 1);
        const auto input = reference::image(network.input.elements(), 2);
        const auto prepared = made->prepare(network, parameters);
        EXPECT_LT(difference(output_of(*prepared, input),
                             reference::run(network, parameters, input).back()),
                  tolerance)
            << name;
    }
}

TEST(Engines, AgreeWithEachOtherOnRealNetworks) {
    const auto names = available_engines();
    if (names.size() < 2) GTEST_SKIP() << "this build has one engine only";
    std::vector<std::unique_ptr<Engine>> engines;
    for (const auto& name : names) engines.push_back(make_engine(name, {}));
    for (const auto& name : built_in_space_names()) {
        const auto space = load_space(name);
        for (const int resolution : {space.default_resolution, 131}) {
            for (const auto& a : sample(space, 2, Rng(resolution), resolution)) {
                const auto network = lower(space, a);
                const auto parameters = random_parameters(network, 1);
                const auto input = reference::image(network.input.elements(), 2);
                const auto expected = output_of(*engines[0]->prepare(network, parameters), input);
                for (std::size_t i = 1; i < engines.size(); ++i) {
                    const auto prepared = engines[i]->prepare(network, parameters);
                    EXPECT_LT(difference(output_of(*prepared, input), expected), tolerance)
                        << network.name << " by " << names[i];
                }
            }
        }
    }
}

TEST(Engines, KeepRandomActivationsOfOrderOne) {
    const auto made = make_engine("onednn", {});
    for (const auto& name : built_in_space_names()) {
        const auto space = load_space(name);
        for (const auto& a : sample(space, 5, Rng(8), space.default_resolution)) {
            const auto network = lower(space, a);
            const auto prepared = made->prepare(network, random_parameters(network, 1));
            double squares = 0;
            const auto out = output_of(*prepared, reference::image(network.input.elements(), 2));
            for (const float x : out) squares += static_cast<double>(x) * x;
            const double rms = std::sqrt(squares / static_cast<double>(out.size()));
            EXPECT_GT(rms, 0.05) << network.name;
            EXPECT_LT(rms, 50) << network.name;
        }
    }
}

TEST(Engines, AreReportedWithVersionOrReason) {
    const auto reports = engine_reports();
    ASSERT_GE(reports.size(), 2U);
    EXPECT_EQ(reports[0].name, "onednn");
    EXPECT_TRUE(reports[0].available);
    for (const auto& report : reports) {
        EXPECT_NE(report.version.empty() && report.available, true) << report.name;
        EXPECT_EQ(report.reason.empty(), report.available) << report.name;
        if (report.available) continue;
        EXPECT_THROW(make_engine(report.name, {}), Error);
    }
}

TEST(Engines, SuggestTheNearestName) {
    try {
        make_engine("onednnn", {});
        FAIL();
    } catch (const Error& e) {
        EXPECT_NE(std::string(e.what()).find("did you mean 'onednn'"), std::string::npos)
            << e.what();
    }
}

TEST(Engines, RefuseParametersOfAnotherNetwork) {
    const auto network = reference::mobile_network();
    for (const auto& name : available_engines()) {
        const auto made = make_engine(name, {});
        EXPECT_THROW(made->prepare(network, {}), Error);
        EXPECT_THROW(made->prepare(network, Parameters(network.operators.size())), Error);
    }
}

}  // namespace
}  // namespace blockscope
