#include <cmath>

#include <gtest/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/metric/count_metric.hpp"
#include "blockscope/profile/profile.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"
#include "blockscope/stats/student.hpp"

namespace blockscope {
namespace {

// t tables: 97.5 % point with 10 degrees of freedom, 2.228; with a million, the normal's 1.960
TEST(Student, QuantilesAreThoseOfTheTables) {
    EXPECT_NEAR(student_quantile(0.95, 10), 2.2281, 1e-4);
    EXPECT_NEAR(student_quantile(0.95, 1e6), 1.9600, 1e-4);
}

/// Relative standard normal noise on MACs, so that the truth is known exactly.
std::vector<double> noisy_macs(const DesignSpace& space, const std::vector<Architecture>& archs,
                               std::uint64_t seed) {
    auto values = make_count_metric("macs")->evaluate(space, archs).values;
    Rng rng(seed);
    for (double& v : values) {
        const double radius = std::sqrt(-2 * std::log(1 - rng.uniform()));
        v = v / 1e6 * (1 + 0.03 * radius * std::cos(6.283185307179586 * rng.uniform()));
    }
    return values;
}

TEST(PooledProfile, CoversTheTruthOfEveryCellAtItsLevel) {
    for (const auto* name : {"ofa-mbv3", "resnet50"}) {
        for (const auto protocol : {Protocol::definition, Protocol::published}) {
            const auto space = load_space(name);
            ProfileOptions options;
            options.protocol = protocol;
            options.percentiles = {};
            const auto metric = make_count_metric("macs");
            const auto truth =
                exact_profile(space, *metric->additive(space, 224), metric->info(), 224, options);
            double covered = 0;
            double blocks_covered = 0;
            double depths_covered = 0;
            const int seeds = 20;
            for (int seed = 0; seed < seeds; ++seed) {
                const auto archs = sample(space, 600, Rng(seed), 224);
                const auto p = pooled_profile(space, {archs, noisy_macs(space, archs, seed + 100)},
                                              metric->info(), {224}, options);
                ASSERT_EQ(p.cells.size(), truth.cells.size());
                for (std::size_t c = 0; c < p.cells.size(); ++c) {
                    const double t = truth.cells[c].delta.value / 1e6;
                    covered += p.cells[c].delta.low <= t && t <= p.cells[c].delta.high;
                }
                for (std::size_t b = 0; b < p.blocks.size(); ++b) {
                    const double t = truth.blocks[b].response.value / 1e6;
                    blocks_covered +=
                        p.blocks[b].response.low <= t && t <= p.blocks[b].response.high;
                }
                for (std::size_t d = 0; d < p.depths.size(); ++d) {
                    const double t = truth.depths[d].mean.value / 1e6;
                    depths_covered += p.depths[d].mean.low <= t && t <= p.depths[d].mean.high;
                }
            }
            SCOPED_TRACE(std::string(name) + " " + std::string(to_string(protocol)));
            EXPECT_NEAR(covered / (seeds * static_cast<double>(truth.cells.size())), 0.95, 0.025);
            EXPECT_GT(blocks_covered / (seeds * static_cast<double>(truth.blocks.size())), 0.88);
            EXPECT_GT(depths_covered / (seeds * static_cast<double>(truth.depths.size())), 0.88);
        }
    }
}

TEST(PooledProfile, LeavesCellsEmptyThatNobodyCarries) {
    const auto space = load_space("ofa-mbv3");
    const auto archs = sample(space, 25, Rng(1), 224);
    const auto metric = make_count_metric("macs");
    const auto values = metric->evaluate(space, archs).values;
    const auto p = pooled_profile(space, {archs, values}, metric->info(), {224}, {});
    bool empty = false;
    for (const auto& cell : p.cells) {
        EXPECT_EQ(cell.count == 0, std::isnan(cell.mean.value));
        empty = empty || cell.count == 0;
    }
    EXPECT_TRUE(empty);
}

TEST(PooledProfile, RefusesTooFewValues) {
    const auto space = load_space("ofa-mbv3");
    const auto archs = sample(space, 19, Rng(1), 224);
    const std::vector<double> values(19, 1.0);
    EXPECT_THROW(pooled_profile(space, {archs, values}, {}, {224}, {}), Error);
}

}  // namespace
}  // namespace blockscope
