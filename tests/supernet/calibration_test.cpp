#include "blockscope/supernet/calibration.hpp"

#include <algorithm>

#include <gmock/gmock.h>

#include "blockscope/base/error.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"

#include "tests/supernet/double_network.hpp"
#include "tests/supernet/golden.hpp"
#include "tests/supernet/tiny_space.hpp"

namespace blockscope {
namespace {

/// Three units with residuals, squeeze-and-excite and a choice of width in between.
constexpr const char* long_space_toml = R"(
name = "long"
resolutions = [16]
[[stem]]
op = "conv"
channels = 8
[blocks]
kind = "mbconv"
expand = [1, 2]
kernel = [3, 5]
[[unit]]
channels = 8
depth = [1, 2]
activation = "relu"
[[unit]]
channels = [8, 12]
stride = 2
depth = [1, 2]
se = true
activation = "h_swish"
[[unit]]
channels = 16
depth = 1
[[head]]
op = "global_pool"
[[head]]
op = "linear"
channels = 3
)";

struct CalibrationImages {
    std::vector<std::vector<float>> pixels;
    std::vector<ImageBatch> batches;
};

/// The last batch is smaller: averages are weighted.
CalibrationImages calibration_images(int side, const std::vector<int>& counts) {
    CalibrationImages made;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        made.pixels.push_back(filled_images("calib" + std::to_string(i), counts[i], side));
    }
    for (std::size_t i = 0; i < counts.size(); ++i) {
        made.batches.push_back({counts[i], made.pixels[i]});
    }
    return made;
}

void calibrate(Calibrator& calibrator, Subnet& subnet, const CalibrationImages& images) {
    calibrator.calibrate(subnet, images.batches.size(),
                         [&](std::size_t i) { return images.batches[i]; });
}

/// The same in double, as the definition reads.
void calibrate_plainly(Subnet& subnet, const CalibrationImages& images) {
    std::vector<plain::Statistics> sums(subnet.weights.size());
    double all = 0;
    for (const auto& batch : images.batches) {
        const auto pass =
            plain::run(subnet, {batch.pixels.begin(), batch.pixels.end()}, batch.count, true);
        all += batch.count;
        for (std::size_t i = 0; i < sums.size(); ++i) {
            const auto& statistics = pass.statistics[i];
            sums[i].mean.resize(statistics.mean.size(), 0.0);
            sums[i].variance.resize(statistics.mean.size(), 0.0);
            for (std::size_t c = 0; c < statistics.mean.size(); ++c) {
                sums[i].mean[c] += batch.count * statistics.mean[c];
                sums[i].variance[c] += batch.count * statistics.variance[c];
            }
        }
    }
    for (std::size_t i = 0; i < sums.size(); ++i) {
        for (auto& value : sums[i].mean) value /= all;
        for (auto& value : sums[i].variance) value /= all;
        subnet.weights[i].batch_norm.mean = sums[i].mean;
        subnet.weights[i].batch_norm.variance = sums[i].variance;
    }
}

void expect_same(const Subnet& got, const Subnet& want) {
    ASSERT_EQ(got.weights.size(), want.weights.size());
    for (std::size_t i = 0; i < want.weights.size(); ++i) {
        EXPECT_EQ(got.weights[i].weight, want.weights[i].weight);
        EXPECT_EQ(got.weights[i].bias, want.weights[i].bias);
        EXPECT_EQ(got.weights[i].batch_norm, want.weights[i].batch_norm);
    }
}

TEST(Calibration, TakesOverWhatTheLastNetworkBeganWithToTheBit) {
    const auto space = parse_space(long_space_toml, "long.toml");
    const auto net = make_supernet(space, filled_file(space));
    const auto images = calibration_images(16, {4, 4, 2});
    const auto batch = [&](std::size_t i) { return images.batches[i]; };
    auto archs = sample(space, 30, Rng(1), 16);
    std::sort(archs.begin(), archs.end(),
              [&](const auto& a, const auto& b) { return begins_before(space, a, b); });
    const std::size_t one = 8 * 16 * 16 * sizeof(float);  // map behind the stem, of an image
    for (const std::size_t room : {std::size_t{0}, 3 * one, std::size_t{1} << 30}) {
        Calibrator calibrator(1);
        CalibratedBeginnings beginnings(space, room);
        for (const auto& a : archs) {
            Subnet alone = extract(net, a);
            Subnet shared = alone;
            Calibrator(1).calibrate(alone, 3, batch);
            calibrator.calibrate(shared, 3, batch, Calibrator::Shared{beginnings, a});
            expect_same(shared, alone);
        }
    }
}

TEST(Calibration, IsWhatTheDefinitionSays) {
    const auto space = tiny_space();
    const auto net = make_supernet(space, filled_file(space));
    const auto images = calibration_images(16, {4, 4, 2});
    Subnet got = extract(net, parse_architecture(space, "e2k5-e1k3@16"));
    Subnet want = got;
    Calibrator calibrator(1);
    calibrate(calibrator, got, images);
    calibrate_plainly(want, images);
    int norms = 0;
    for (std::size_t i = 0; i < want.weights.size(); ++i) {
        const auto& w = want.weights[i].batch_norm;
        const auto& g = got.weights[i].batch_norm;
        EXPECT_EQ(g.scale, w.scale);
        ASSERT_EQ(g.mean.size(), w.mean.size());
        norms += w.mean.empty() ? 0 : 1;
        for (std::size_t c = 0; c < w.mean.size(); ++c) {
            EXPECT_NEAR(g.mean[c], w.mean[c], 1e-5);
            EXPECT_NEAR(g.variance[c], w.variance[c], 1e-5 * (1 + w.variance[c]));
        }
    }
    EXPECT_EQ(norms, 6);
    // the stored statistics play no part: doing it again changes nothing
    Subnet again = got;
    calibrate(calibrator, again, images);
    for (std::size_t i = 0; i < got.weights.size(); ++i) {
        EXPECT_EQ(again.weights[i].batch_norm.mean, got.weights[i].batch_norm.mean);
        EXPECT_EQ(again.weights[i].batch_norm.variance, got.weights[i].batch_norm.variance);
    }
}

TEST(Calibration, NeedsImagesOfTheRightSize) {
    const auto space = tiny_space();
    Subnet subnet =
        extract(make_supernet(space, filled_file(space)), parse_architecture(space, "e2k5@16"));
    Calibrator calibrator(1);
    EXPECT_THROW(calibrate(calibrator, subnet, {}), Error);
    const auto images = calibration_images(32, {2});
    EXPECT_THROW(calibrate(calibrator, subnet, images), Error);
}

class GoldenCalibration : public testing::TestWithParam<GoldenFamily> {};

Subnet at_128(const Supernet& net, const nlohmann::json& record) {
    Architecture a = golden_architecture(net.space, record);
    a.resolution = 128;
    return extract(net, a);
}

void expect_logits(const nlohmann::json& record, std::span<const double> logits, double tolerance) {
    for (std::size_t n = 0; n < 2; ++n) {
        for (std::size_t i = 0; i < 16; ++i) {
            EXPECT_NEAR(logits[1000 * n + i],
                        record["calibrated"]["subnet_logits_float64"]["first16"][n][i], tolerance)
                << record["name"] << " image " << n + 1;
        }
    }
}

TEST_P(GoldenCalibration, StatisticsAndLogitsAreThoseOfTheOriginalCodeUpToFloat32) {
    NEEDS_DATA("golden/README.md");
    const Supernet net = filled_supernet(GetParam().space);
    const auto images = calibration_images(128, {8, 8, 8, 4});
    const auto input = filled_images("input", 2, 128);
    Calibrator calibrator(1);
    const auto engine = make_engine("onednn", {1, 2, 0});
    int compared = 0;
    const auto golden = golden_json(GetParam().file);
    for (const auto& record : golden["architectures"]) {
        if (!all_golden() && record["subnet_macs_exact"] > 1e9) continue;
        ++compared;
        Subnet subnet = at_128(net, record);
        calibrate(calibrator, subnet, images);
        const auto prepared = engine->prepare(subnet.network, folded(subnet));
        std::copy(input.begin(), input.end(), prepared->input().begin());
        prepared->run();
        const auto& calibrated = record["calibrated"];
        const double noise = calibrated["max_abs_diff_float32_vs_float64"];
        const double deviation = calibrated["logit_std"];
        const std::vector<double> logits(prepared->output().begin(), prepared->output().end());
        expect_logits(record, logits, 10 * noise + 1e-6 * deviation);
        if (!calibrated.contains("bn_layers")) continue;
        std::vector<const BatchNorm*> norms;
        for (const auto& w : subnet.weights) {
            if (!w.batch_norm.mean.empty()) norms.push_back(&w.batch_norm);
        }
        ASSERT_EQ(norms.size(), calibrated["bn_layers"].size());
        for (const auto& layer : calibrated["bn_layers"]) {
            const double sum = layer["running_mean"]["sum"];
            const double l2 = layer["running_var"]["l2"];
            const auto found = std::find_if(norms.begin(), norms.end(), [&](const BatchNorm* norm) {
                const auto mean = checksum(norm->mean);
                const auto variance = checksum(norm->variance);
                return std::abs(mean.sum - sum) < 1e-4 * (1 + mean.l2) &&
                       std::abs(variance.l2 - l2) < 1e-4 * l2 &&
                       std::abs(norm->mean[0] - double{layer["running_mean_first4"][0]}) < 1e-4;
            });
            ASSERT_NE(found, norms.end()) << record["name"] << " " << layer["name"];
            norms.erase(found);
        }
    }
    EXPECT_GE(compared, 2);
}

/// The quick ones; every architecture with BLOCKSCOPE_ALL_GOLDEN=1.
TEST_P(GoldenCalibration, LogitsInDoubleAreEqualToOnePartIn100000000) {
    NEEDS_DATA("golden/README.md");
    const Supernet net = filled_supernet(GetParam().space);
    const auto images = calibration_images(128, {8, 8, 8, 4});
    const auto golden = golden_json(GetParam().file);
    for (const auto& record : golden["architectures"]) {
        if (!all_golden() && (record["name"] != "min" || record["subnet_macs_exact"] > 200e6))
            continue;
        Subnet subnet = at_128(net, record);
        calibrate_plainly(subnet, images);
        expect_logits(record, plain::logits(subnet, filled_images("input", 2, 128), 2),
                      1e-8 * record["calibrated"]["logit_std"].get<double>());
    }
}

INSTANTIATE_TEST_SUITE_P(Families, GoldenCalibration, testing::ValuesIn(golden_families),
                         family_name);

}  // namespace
}  // namespace blockscope
