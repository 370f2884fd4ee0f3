#include "blockscope/profile/adaptive.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "blockscope/metric/count_metric.hpp"
#include "blockscope/profile/targeted_sampling.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

double normal(Rng& rng) {
    return std::sqrt(-2 * std::log(1 - rng.uniform())) *
           std::cos(6.283185307179586 * rng.uniform());
}

/// MACs in millions with noise of a standard deviation.
auto noisy_macs(const DesignSpace& space, double deviation, std::uint64_t seed) {
    return [&space, deviation, rng = Rng(seed)](std::span<const Architecture> archs) mutable {
        auto column = make_count_metric("macs")->evaluate(space, archs);
        for (double& v : column.values) v = v / 1e6 + deviation * normal(rng);
        return column;
    };
}

TEST(TargetedSampling, WeightsBringTheMeansBack) {
    const auto space = load_space("ofa-mbv3");
    TargetedSampling sampling(space, {224}, 1);
    std::vector<double> needs(placements(space).size(), 0.0);
    std::vector<bool> uniform;
    auto archs = sampling.draw(5000, needs, Rng(1), uniform);
    for (std::size_t c = 27; c < 36; ++c) needs[c] = 1;  // layer 4 of unit 1
    const auto more = sampling.draw(20000, needs, Rng(2), uniform);
    archs.insert(archs.end(), more.begin(), more.end());
    const auto sequence = sample(space, 25000, Rng(1), 224);
    std::size_t next = 0;
    for (std::size_t i = 0; i < archs.size(); ++i) {
        if (!uniform[i]) continue;
        ASSERT_EQ(archs[i], sequence[next++]);
    }
    EXPECT_NEAR(static_cast<double>(next), 15000, 300);
    const auto weights = sampling.weights(archs);
    double total = 0;
    double deep = 0;
    double deep_unweighted = 0;
    for (std::size_t i = 0; i < archs.size(); ++i) {
        EXPECT_GT(weights[i], 0);
        EXPECT_LE(weights[i], 2);
        total += weights[i];
        deep += archs[i].depth[0] == 4 ? weights[i] : 0;
        deep_unweighted += archs[i].depth[0] == 4;
    }
    EXPECT_NEAR(total / 25000, 1, 0.02);
    EXPECT_NEAR(deep / total, 1.0 / 3, 0.01);
    EXPECT_GT(deep_unweighted / 25000, 0.55);
}

TEST(AdaptiveProfile, StopsWhenEveryPlacementIsKnownWellEnoughAndIsRight) {
    const auto space = load_space("ofa-mbv3");
    const auto metric = make_count_metric("macs");
    AdaptiveOptions adaptive;
    adaptive.goal.width = 4;
    const auto r =
        adaptive_profile(space, noisy_macs(space, 12, 5), metric->info(), {224}, adaptive, {});
    EXPECT_EQ(r.stopped, "the goal is reached");
    EXPECT_EQ(r.resolved, 180);
    EXPECT_GT(r.rounds, 1);
    const auto truth = exact_profile(space, *metric->additive(space, 224), metric->info(), 224, {});
    double covered = 0;
    for (std::size_t c = 0; c < truth.cells.size(); ++c) {
        const Cell& cell = r.profile.cells[c];
        EXPECT_LE((cell.delta.high - cell.delta.low) / 2, 4);
        const double t = truth.cells[c].delta.value / 1e6;
        covered += cell.delta.low <= t && t <= cell.delta.high;
    }
    EXPECT_GT(covered / 180, 0.88);
    // a uniform pool would need the rarest cell's 12^2 * 1.96^2 / 4^2 = 35 members at 1 in 27
    EXPECT_LT(r.archs.size(), 2500);
    EXPECT_EQ(r.archs.size(), r.profile.evaluations);
}

TEST(AdaptiveProfile, RanksBlocksAndSaysWhatItCannotTellApart) {
    const auto space = load_space("ofa-mbv3");
    const auto metric = make_count_metric("macs");
    AdaptiveOptions adaptive;
    adaptive.goal.kind = Goal::Kind::ranking;
    const auto clear =
        adaptive_profile(space, noisy_macs(space, 3, 6), metric->info(), {224}, adaptive, {});
    EXPECT_EQ(clear.stopped, "the goal is reached");
    EXPECT_EQ(clear.resolved, 36);
    std::vector<std::string> order;
    auto blocks = clear.profile.blocks;
    std::sort(blocks.begin(), blocks.end(),
              [](const auto& a, const auto& b) { return a.response.value < b.response.value; });
    EXPECT_EQ(blocks.front().block, "MBConv3-3");
    EXPECT_EQ(blocks.back().block, "MBConv6-7");

    adaptive.most = 400;
    const auto spent =
        adaptive_profile(space, noisy_macs(space, 100, 7), metric->info(), {224}, adaptive, {});
    EXPECT_EQ(spent.stopped, "the budget of evaluations is spent");
    EXPECT_EQ(spent.archs.size(), 400);
    EXPECT_EQ(spent.resolved + spent.unresolved.size(), 36);
    EXPECT_FALSE(spent.unresolved.empty());
}

TEST(AdaptiveProfile, DependsOnTheSeedOnly) {
    const auto space = load_space("resnet50");
    const auto metric = make_count_metric("macs");
    AdaptiveOptions adaptive;
    adaptive.goal.width = 0.02;
    adaptive.goal.relative = true;
    adaptive.most = 1500;
    const auto evaluate = [&](std::span<const Architecture> archs) {
        return metric->evaluate(space, archs);
    };
    const auto a = adaptive_profile(space, evaluate, metric->info(), {224}, adaptive, {});
    const auto b = adaptive_profile(space, evaluate, metric->info(), {224}, adaptive, {});
    EXPECT_EQ(a.archs, b.archs);
    EXPECT_EQ(a.profile.cells.back().delta.high, b.profile.cells.back().delta.high);
}

}  // namespace
}  // namespace blockscope
