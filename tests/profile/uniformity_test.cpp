#include "blockscope/profile/uniformity.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "blockscope/metric/count_metric.hpp"
#include "blockscope/metric/given_table.hpp"
#include "blockscope/profile/profile.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

#include "tests/test_data.hpp"

namespace blockscope {
namespace {

TEST(Uniformity, AcceptsWhatSamplerDraws) {
    int refused = 0;
    for (const auto* name : {"ofa-mbv3", "proxylessnas", "resnet50"}) {
        const auto space = load_space(name);
        for (std::uint64_t seed = 0; seed < 30; ++seed) {
            refused += !uniformity(space, sample(space, 1000, Rng(seed), 224), {224}).uniform;
        }
    }
    EXPECT_LE(refused, 1);  // 0.2 are expected
}

/// Unit 1 deeper and with more kernel 7 than uniform; choices stay independent.
std::vector<Architecture> deep_and_wide(const DesignSpace& space, std::size_t n) {
    std::vector<Architecture> kept;
    Rng rng(3);
    for (const auto& a : sample(space, 3 * n, Rng(4), 224)) {
        double keep = a.depth[0] == 4 ? 1.0 : 0.4;
        keep *= space.blocks[a.block[0]].kernel == 7 ? 1.0 : 0.6;
        if (rng.uniform() < keep) kept.push_back(a);
        if (kept.size() == n) break;
    }
    return kept;
}

TEST(Uniformity, NamesWhatDeviatesAndWeightsIt) {
    const auto space = load_space("ofa-mbv3");
    const auto archs = deep_and_wide(space, 1500);
    const auto u = uniformity(space, archs, {224});
    EXPECT_FALSE(u.uniform);
    EXPECT_NE(u.deviation.find("unit 1"), std::string::npos) << u.deviation;
    ASSERT_TRUE(u.independent) << u.dependence;
    ASSERT_EQ(u.weights.size(), archs.size());
    EXPECT_GT(u.effective_size, 500);

    // weighted, the profile of a metric with a known truth is right again
    const auto metric = make_count_metric("macs");
    const auto truth = exact_profile(space, *metric->additive(space, 224), metric->info(), 224, {});
    auto values = metric->evaluate(space, archs).values;
    Rng rng(5);
    for (double& v : values) v *= 1 + 0.04 * (rng.uniform() - 0.5);
    const auto p = pooled_profile(space, {archs, values, u.weights}, metric->info(), {224}, {});
    double covered = 0;
    for (std::size_t c = 0; c < p.cells.size(); ++c) {
        const double t = truth.cells[c].delta.value;
        covered += p.cells[c].delta.low <= t && t <= p.cells[c].delta.high;
    }
    EXPECT_GT(covered / 180, 0.88);
}

TEST(Uniformity, GivesNoWeightsWhereChoicesGoTogether) {
    const auto space = load_space("ofa-mbv3");
    auto archs = sample(space, 1000, Rng(1), 224);
    std::erase_if(archs, [](const Architecture& a) { return a.depth[0] != a.depth[1]; });
    const auto u = uniformity(space, archs, {224});
    EXPECT_FALSE(u.uniform);
    EXPECT_FALSE(u.independent);
    EXPECT_EQ(u.dependence, "depth of unit 1 and depth of unit 2");
    EXPECT_TRUE(u.weights.empty());
}

// measured GPU latencies: networks drawn at random; ImageNet accuracies: five searches' networks
TEST(Uniformity, TellsASampleFromASearch) {
    NEEDS_DATA("measured/ofa_mbv3_gpu_latency.csv");
    const auto space = load_space("ofa-mbv3");
    const auto drawn =
        read_given_table(space, (data_directory() / "measured/ofa_mbv3_gpu_latency.csv").string());
    const auto latency = given_column(drawn, "latency_v100_batch64_ms");
    EXPECT_TRUE(uniformity(space, latency.archs, space.resolutions).uniform)
        << uniformity(space, latency.archs, space.resolutions).deviation;
    const auto searched =
        read_given_table(load_space("ofa-mbv3-w1.0"),
                         (data_directory() / "measured/ofa_mbv3_w1.0_imagenet_top1.csv").string());
    const auto accuracy = given_column(searched, "top1_percent");
    EXPECT_FALSE(uniformity(space, accuracy.archs, {224}).uniform);
    // the data card: repeats differ by 0.024 points on average, at most 0.096
    EXPECT_GT(accuracy.noise.degrees, 0);
    EXPECT_NEAR(std::sqrt(accuracy.noise.variance.value), 0.024, 0.015);
}

TEST(TableProfile, HoldsTheMeansOfItsRows) {
    const auto space = load_space("ofa-mbv3");
    const auto archs = sample(space, 400, Rng(9), 224);
    const auto metric = make_count_metric("macs");
    const auto values = metric->evaluate(space, archs).values;
    const auto p = table_profile(space, {archs, values}, metric->info(), {224}, {});
    double sum = 0;
    double members = 0;
    for (std::size_t i = 0; i < archs.size(); ++i) {
        if (archs[i].depth[0] < 3 || archs[i].block[2] != 4) continue;
        sum += values[i];
        ++members;
    }
    const Cell& cell = p.cells[2 * 9 + 4];
    EXPECT_EQ(cell.count, members);
    EXPECT_NEAR(cell.mean.value, sum / members, 1e-6 * sum / members);
    EXPECT_EQ(cell.mean.low, cell.mean.value);
    const auto noisy = table_profile(space, {archs, values, {}, 1e6}, metric->info(), {224}, {});
    EXPECT_NEAR(noisy.cells[22].mean.high - noisy.cells[22].mean.value, 1.96e6 / std::sqrt(members),
                2e3);
}

}  // namespace
}  // namespace blockscope
