#include "blockscope/profile/profile_comparison.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/metric/count_metric.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

#include "tests/stats/random_normal.hpp"

namespace blockscope {
namespace {

using Of = ProfileDifference::Of;
using Verdict = ProfileDifference::Verdict;

class CompareProfiles : public testing::Test {
protected:
    DesignSpace space = load_space("ofa-mbv3");
    MetricInfo info = make_count_metric("macs")->info();
    LayerTable macs = *make_count_metric("macs")->additive(space, 224);

    Profile exact(const LayerTable& table) const {
        ProfileOptions options;
        options.percentiles = {};
        return exact_profile(space, table, info, 224, options);
    }
    /// From 1,000 networks with noise of 10e6 MACs.
    Profile noisy(const LayerTable& table, std::uint64_t seed) const {
        const auto archs = sample(space, 1000, Rng(seed), 224);
        std::vector<double> values(archs.size());
        table.evaluate(archs, values);
        Rng rng(seed + 1000);
        for (double& v : values) v += 10e6 * random_normal(rng);
        ProfileOptions options;
        options.percentiles = {};
        return pooled_profile(space, {archs, values}, info, {224}, options);
    }
    /// Kernel 7 costs `more` in every layer of unit 2.
    LayerTable dearer(double more) const {
        LayerTable table = macs;
        for (int l = 0; l < 4; ++l) {
            for (int b = 0; b < 9; ++b) {
                if (space.blocks[static_cast<std::size_t>(b)].kernel == 7) {
                    table.term(1, l, 0, 0, b) += more;
                }
            }
        }
        return table;
    }
};

TEST_F(CompareProfiles, OfExactOnesSaysEveryDifferenceToTheLast) {
    const auto same = compare_profiles(space, exact(macs), exact(macs), 0.95);
    EXPECT_EQ(same.differences.size(), 1 + 9 + 180 + 10);
    EXPECT_EQ(same.unit, info.unit);
    for (const auto& d : same.differences) {
        EXPECT_EQ(d.difference.value, 0);
        EXPECT_EQ(d.verdict, Verdict::undecided);
        EXPECT_EQ(d.p_value, 1);
    }
    const auto changed = compare_profiles(space, exact(macs), exact(dearer(5e6)), 0.95);
    for (const auto& d : changed.differences) {
        // a third of the layers has kernel 7, and unit 2 has three layers on average
        if (d.of == Of::mean) {
            EXPECT_NEAR(d.difference.value, 5e6, 1e-3);
        }
        if (d.of == Of::placement && d.unit == 1 && d.layer == 0) {
            const bool seven = d.block.ends_with("7");
            EXPECT_NEAR(d.difference.value, seven ? 1e7 / 3 : -5e6 / 3, 1e-3) << d.block;
            EXPECT_EQ(d.verdict, seven ? Verdict::higher : Verdict::lower);
        }
    }
}

TEST_F(CompareProfiles, OfNoisyOnesFindsALargeChangeAndNoSmallOne) {
    const auto a = noisy(macs, 1);
    const auto b = noisy(dearer(30e6), 2);
    std::size_t right = 0;
    for (const auto& d : compare_profiles(space, a, b, 0.95).differences) {
        if (d.of != Of::placement || d.verdict == Verdict::undecided) continue;
        EXPECT_EQ(d.unit, 1) << d.block;
        EXPECT_EQ(d.verdict, d.block.ends_with("7") ? Verdict::higher : Verdict::lower);
        ++right;
    }
    EXPECT_GT(right, 6);
    int wrong = 0;
    for (std::uint64_t seed = 10; seed < 20; ++seed) {
        bool any = false;
        const auto c = compare_profiles(space, noisy(macs, seed), noisy(macs, 100 + seed), 0.95);
        for (const auto& d : c.differences) any = any || d.verdict != Verdict::undecided;
        wrong += any;
    }
    EXPECT_LE(wrong, 3);  // one in five at most is expected: four kinds
}

TEST_F(CompareProfiles, ExchangedOnesExchangeTheVerdicts) {
    const auto a = noisy(macs, 3);
    const auto b = noisy(dearer(30e6), 4);
    const auto there = compare_profiles(space, a, b, 0.9);
    const auto back = compare_profiles(space, b, a, 0.9);
    for (std::size_t i = 0; i < there.differences.size(); ++i) {
        const auto& x = there.differences[i];
        const auto& y = back.differences[i];
        EXPECT_EQ(x.difference.value, -y.difference.value);
        EXPECT_DOUBLE_EQ(x.p_value, y.p_value);
        EXPECT_EQ(x.verdict == Verdict::lower, y.verdict == Verdict::higher);
    }
}

// twice as slow a device with the same preferences
TEST_F(CompareProfiles, OfTwoDevicesAreInPerCentOfEachMean) {
    auto slow = exact(macs);
    slow.metric.name = "latency/other";
    for (auto& c : slow.cells) c.delta = exactly(2 * c.delta.value);
    for (auto& b : slow.blocks) b.response = exactly(2 * b.response.value);
    for (auto& d : slow.depths) d.effect = exactly(2 * d.effect.value);
    slow.base = exactly(2 * slow.base.value);
    const auto c = compare_profiles(space, exact(macs), slow, 0.95);
    EXPECT_EQ(c.unit, "% of the mean");
    for (const auto& d : c.differences) {
        EXPECT_NE(d.of, Of::mean);
        EXPECT_NEAR(d.difference.value, 0, 1e-12);
    }
}

TEST_F(CompareProfiles, TakesIntervalsToItsLevel) {
    const auto a = noisy(macs, 5);
    const auto at = [&](double level) {
        return half_width(compare_profiles(space, a, a, level).differences[0].difference);
    };
    EXPECT_NEAR(at(0.95) / at(0.68), 1.959964 / 0.994458, 1e-5);
}

TEST_F(CompareProfiles, RefusesWhatIsNotTheSameQuestion) {
    auto other = exact(macs);
    other.resolutions = {192};
    EXPECT_THROW(compare_profiles(space, exact(macs), other, 0.95), Error);
    other = exact(macs);
    other.options.protocol = Protocol::published;
    EXPECT_THROW(compare_profiles(space, exact(macs), other, 0.95), Error);
    const std::vector one{exact(macs)};
    EXPECT_EQ(matching_profiles(one, one).size(), 1);
    auto renamed = one;
    renamed[0].metric.name = "params";
    EXPECT_EQ(matching_profiles(one, renamed).size(), 1);
    renamed.push_back(renamed[0]);
    EXPECT_THROW(matching_profiles(one, renamed), Error);
    EXPECT_EQ(matching_profiles({one[0], renamed[0]}, renamed).size(), 2);
}

}  // namespace
}  // namespace blockscope
