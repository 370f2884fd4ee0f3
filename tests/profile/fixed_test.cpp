#include <cmath>

#include <gtest/gtest.h>

#include "blockscope/metric/count_metric.hpp"
#include "blockscope/profile/profile.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

TEST(FixedProfile, AgreesWithTheExactOneInBothProtocols) {
    const auto space = load_space("resnet50");
    const auto metric = make_count_metric("macs");
    for (const auto protocol : {Protocol::definition, Protocol::published}) {
        ProfileOptions options;
        options.protocol = protocol;
        const auto truth =
            exact_profile(space, *metric->additive(space, 224), metric->info(), 224, options);
        const auto p = fixed_profile(space, *metric, {224}, {400, 3, 1}, options).profile;
        EXPECT_EQ(p.evaluations, 400 * 163);
        double covered = 0;
        double percentiles_covered = 0;
        for (std::size_t c = 0; c < p.cells.size(); ++c) {
            const double t = truth.cells[c].delta.value;
            covered += p.cells[c].delta.low <= t && t <= p.cells[c].delta.high;
            const double q = truth.cells[c].percentiles[0].value;
            percentiles_covered +=
                p.cells[c].percentiles[0].low <= q && q <= p.cells[c].percentiles[0].high;
        }
        // all deltas share one base sample, so they stray together: 95 % on average over seeds
        EXPECT_GT(covered / static_cast<double>(p.cells.size()), 0.85);
        EXPECT_GT(percentiles_covered / static_cast<double>(p.cells.size()), 0.9);
    }
}

TEST(FixedProfile, OfOneArchitectureAPlacementHasNoIntervals) {
    const auto space = load_space("ofa-mbv3");
    const auto metric = make_count_metric("macs");
    const auto p = fixed_profile(space, *metric, {224}, {1, 1, 1}, {}).profile;
    EXPECT_EQ(p.cells.size(), 180);
    for (const auto& cell : p.cells) {
        EXPECT_TRUE(std::isfinite(cell.mean.value));
        EXPECT_TRUE(std::isnan(cell.mean.low));
        EXPECT_TRUE(std::isnan(cell.delta.high));
        EXPECT_FALSE(cell.distinguishable);
        EXPECT_FALSE(cell.discovered);
    }
}

TEST(FixedProfile, SpreadsItsArchitecturesOverSeveralResolutions) {
    const auto space = load_space("ofa-mbv3");
    const auto metric = make_count_metric("macs");
    const auto p = fixed_profile(space, *metric, {192, 224}, {300, 1, 1}, {}).profile;
    double both = 0;
    for (const int r : {192, 224}) {
        both += exact_profile(space, *metric->additive(space, r), metric->info(), r, {}).base.value;
    }
    EXPECT_EQ(p.resolution, 0);
    EXPECT_NEAR(p.base.value, both / 2, 1.5 * (p.base.high - p.base.value));
}

}  // namespace
}  // namespace blockscope
