#include "tests/profile/calibration.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "blockscope/metric/count_metric.hpp"
#include "blockscope/space/space_file.hpp"

// Whether intervals are true, in seconds: `./dev bench calibration` does it with 400 seeds and more
// metrics. Fixed seeds; the tolerances are what so few seeds leave.
namespace blockscope {
namespace {

double normal(Rng& rng) {
    return std::sqrt(-2 * std::log(1 - rng.uniform())) *
           std::cos(6.283185307179586 * rng.uniform());
}

/// MACs with 3 % noise, whose means are known exactly; percentiles are not compared.
struct NoisyMacs {
    DesignSpace space;
    Profile truth;
    Measure measure;

    NoisyMacs(const std::string& name, Protocol protocol) : space(load_space(name)) {
        ProfileOptions options;
        options.protocol = protocol;
        options.percentiles = {};
        const auto metric = make_count_metric("macs");
        truth = exact_profile(space, *metric->additive(space, 224), metric->info(), 224, options);
        measure = [this](std::span<const Architecture> archs, Rng& rng) {
            auto values = make_count_metric("macs")->evaluate(space, archs).values;
            for (double& v : values) v *= 1 + 0.03 * normal(rng);
            return values;
        };
    }
};

TEST(Calibration, IntervalsCoverTheTruthAtTheirLevelInSmallPools) {
    for (const auto* name : {"ofa-mbv3", "resnet50"}) {
        for (const auto protocol : {Protocol::definition, Protocol::published}) {
            SCOPED_TRACE(std::string(name) + " " + std::string(to_string(protocol)));
            const NoisyMacs m(name, protocol);
            const auto c = calibrate(m.space, m.measure, m.truth, 300, 30, 2);
            EXPECT_NEAR(c.means.share(), 0.95, 0.025);
            EXPECT_NEAR(c.deltas.share(), 0.95, 0.025);
            EXPECT_GT(c.effects.share(), 0.90);
            EXPECT_GT(c.blocks.share(), 0.88);
            EXPECT_GE(c.bands_held, 26U);  // of 30; 28.5 expected
        }
    }
}

TEST(Calibration, IntervalsCoverTheTruthAtTheirLevelInLargePools) {
    const NoisyMacs m("ofa-mbv3", Protocol::definition);
    const auto c = calibrate(m.space, m.measure, m.truth, 2000, 16, 2);
    EXPECT_NEAR(c.deltas.share(), 0.95, 0.03);
    EXPECT_GE(c.bands_held, 13U);
}

// the largest activation is no sum over layers; its truth is exact all the same
TEST(Calibration, HoldsWhereTheSurrogateIsWrong) {
    const auto space = load_space("ofa-mbv3");
    const auto metric = make_count_metric("activation_bytes");
    ProfileOptions options;
    options.percentiles = {};
    const auto truth =
        exact_profile(space, *metric->additive(space, 224), metric->info(), 224, options);
    const auto c = calibrate(
        space,
        [&](std::span<const Architecture> archs, Rng&) {
            return make_count_metric("activation_bytes")->evaluate(space, archs).values;
        },
        truth, 500, 30, 2);
    EXPECT_NEAR(c.deltas.share(), 0.95, 0.03);
    EXPECT_NEAR(c.means.share(), 0.95, 0.03);
}

TEST(Calibration, CallsNothingDistinguishableWhereNothingMatters) {
    const auto space = load_space("ofa-mbv3");
    const MetricInfo noise{"noise", "noise", "", Direction::neither, true, "", false};
    ProfileOptions options;
    options.percentiles = {};
    const auto truth =
        exact_profile(space, LayerTable(space, LayerTable::Combine::sum), noise, 224, options);
    const auto c = calibrate(
        space,
        [](std::span<const Architecture> archs, Rng& rng) {
            std::vector<double> values(archs.size());
            for (double& v : values) v = 10 + normal(rng);
            return values;
        },
        [&] {
            Profile shifted = truth;
            for (auto& cell : shifted.cells) cell.mean = exactly(10);
            return shifted;
        }(),
        400, 60, 2);
    EXPECT_LE(c.false_flags, 7U);  // of 60; 3 expected at most
    EXPECT_NEAR(c.deltas.share(), 0.95, 0.02);
}

// a mixture of two normals has no simple quantiles, so the truth is a big sample's
TEST(Calibration, PercentilesCoverToo) {
    const NoisyMacs m("ofa-mbv3", Protocol::definition);
    Profile truth = m.truth;
    truth.options.percentiles = {5, 95};
    Rng rng(77);
    const auto archs = sample(m.space, 400000, Rng(78), 224);
    const auto values = m.measure(archs, rng);
    truth = pooled_profile(m.space, {archs, values}, truth.metric, {224}, truth.options);
    const auto c = calibrate(m.space, m.measure, truth, 2000, 12, 2);
    EXPECT_NEAR(c.percentiles.share(), 0.95, 0.03);
    EXPECT_NEAR(c.percentile_deltas.share(), 0.95, 0.03);
}

}  // namespace
}  // namespace blockscope
