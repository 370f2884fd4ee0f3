#include <cmath>
#include <vector>

#include <gmock/gmock.h>

#include "blockscope/base/error.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/supernet/torch_library.hpp"
#include "blockscope/supernet/torch_runner.hpp"
#include "blockscope/supernet/torch_supernet.hpp"

#include "tests/supernet/double_network.hpp"
#include "tests/supernet/fill.hpp"
#include "tests/supernet/stripes.hpp"
#include "tests/supernet/tiny_space.hpp"

#define NEEDS_TORCH() \
    if (!torch_report().available) GTEST_SKIP() << "no libtorch: " << torch_report().reason

namespace blockscope {
namespace {

constexpr int side = 16;

/// `count` images of noise as bytes, and normalised as [image, channel, row, column].
struct Noise {
    explicit Noise(int count) : pixels(static_cast<std::size_t>(count) * side * side * 3) {
        Rng rng(5);
        for (auto& pixel : pixels) pixel = static_cast<std::uint8_t>(rng.below(256));
        constexpr double mean[] = {0.485, 0.456, 0.406};
        constexpr double deviation[] = {0.229, 0.224, 0.225};
        for (int n = 0; n < count; ++n) {
            for (int c = 0; c < 3; ++c) {
                for (int p = 0; p < side * side; ++p) {
                    const auto byte =
                        pixels[static_cast<std::size_t>((n * side * side + p) * 3 + c)];
                    numbers.push_back(static_cast<float>((byte / 255.0 - mean[c]) / deviation[c]));
                }
            }
        }
        images = {count, side, side, pixels};
    }
    std::vector<std::uint8_t> pixels;
    std::vector<float> numbers;
    TorchImages images;
};

/// Mean cross entropy of a network whose batch norms see this batch, in double.
double plain_loss(const Supernet& net, const Architecture& a, const Noise& noise,
                  const std::vector<std::int64_t>& labels) {
    const auto count = static_cast<int>(labels.size());
    const auto logits = plain::run(extract(net, a), noise.numbers, count, true).tensors.back();
    const std::size_t classes = logits.size() / labels.size();
    double loss = 0;
    for (std::size_t n = 0; n < labels.size(); ++n) {
        double sum = 0;
        for (std::size_t c = 0; c < classes; ++c) sum += std::exp(logits[n * classes + c]);
        loss += std::log(sum) - logits[n * classes + static_cast<std::size_t>(labels[n])];
    }
    return loss / static_cast<double>(labels.size());
}

TEST(Torch, StatisticsOfABatchAreThoseOfTheDefinition) {
    NEEDS_TORCH();
    const Noise noise(5);
    const auto space = stripes_space();
    const Supernet net = make_supernet(space, filled_file(space));
    TorchSupernet torch(net, open_torch_session("cpu", "float32", 1));
    for (const char* text : {"e2k1|w0:e2k3", "e2k5-e2k3|w1:e2k1-e2k3"}) {
        const auto a = parse_architecture(space, text);
        const auto pass = plain::run(extract(net, a), noise.numbers, 5, true);
        std::vector<double> want_means;
        std::vector<double> want_variances;
        for (const auto& found : pass.statistics) {
            want_means.insert(want_means.end(), found.mean.begin(), found.mean.end());
            want_variances.insert(want_variances.end(), found.variance.begin(),
                                  found.variance.end());
        }
        std::vector<double> means(want_means.size());
        std::vector<double> variances(want_means.size());
        const TorchGraph graph = torch.network(a);
        check(torch.session().run_batch_statistics(graph.view(), noise.images, means, variances),
              torch.session());
        for (std::size_t i = 0; i < means.size(); ++i) {
            EXPECT_NEAR(means[i], want_means[i], 2e-5) << text;
            EXPECT_NEAR(variances[i], want_variances[i], 2e-5 * (1 + want_variances[i])) << text;
        }
    }
}

TEST(Torch, AStepGoesDownTheGradientOfTheLoss) {
    NEEDS_TORCH();
    const Noise noise(6);
    const std::vector<std::int64_t> labels{0, 3, 1, 2, 3, 3};
    const auto space = stripes_space();
    const Supernet net = make_supernet(space, filled_file(space));
    TorchSupernet torch(net, open_torch_session("cpu", "float32", 1));
    const auto a = parse_architecture(space, "e2k3|w0:e2k5-e2k3");
    const TorchGraph graph = torch.network(a);
    const std::vector<TorchNetwork> networks{graph.view()};
    std::vector<TorchLoss> losses(1);
    const TorchStep step{1e-2, 0, 0, 0};
    check(torch.session().train(networks, noise.images, labels, step, losses), torch.session());
    EXPECT_NEAR(losses[0].loss, plain_loss(net, a, noise, labels), 1e-5);
    const auto after = torch.read(TorchNumbers::values);

    for (const char* name :
         {"first_conv.conv.weight", "first_conv.bn.bias", "classifier.linear.weight",
          "classifier.linear.bias", "blocks.0.conv.inverted_bottleneck.conv.conv.weight",
          "blocks.0.conv.depth_conv.conv.conv.weight", "blocks.0.conv.depth_conv.conv.5to3_matrix",
          "blocks.2.conv.point_linear.bn.bn.weight", "blocks.2.conv.depth_conv.se.fc.reduce.bias",
          "blocks.3.conv.depth_conv.conv.conv.weight"}) {
        ASSERT_TRUE(net.tensors.contains(name)) << name;
        const auto& values = net.at(name).values;
        for (const std::size_t i : {std::size_t{0}, values.size() / 3}) {
            constexpr float width = 1e-3F;
            Supernet moved = net;
            moved.tensors.at(name).values[i] = values[i] + width;
            const double above = plain_loss(moved, a, noise, labels);
            moved.tensors.at(name).values[i] = values[i] - width;
            const double gradient = (above - plain_loss(moved, a, noise, labels)) / (2 * width);
            const double stepped = (values[i] - after.at(name).values[i]) / step.learning_rate;
            EXPECT_NEAR(stepped, gradient, 2e-4 * (1 + std::abs(gradient))) << name << " " << i;
        }
    }
    // beyond the first channels nothing moves
    EXPECT_EQ(after.at("blocks.2.conv.point_linear.conv.conv.weight").values.back(),
              net.at("blocks.2.conv.point_linear.conv.conv.weight").values.back());
}

TEST(Torch, SubNetworksAreThoseOfTheDefinition) {
    NEEDS_TORCH();
    const Noise noise(5);
    const auto space = stripes_space();
    const Supernet net = make_supernet(space, filled_file(space));
    TorchRunner runner(open_torch_session("cpu", "float32", 1));
    for (const char* text : {"e2k1|w0:e2k3", "e2k5-e2k3|w1:e2k1-e2k3"}) {
        Subnet subnet = extract(net, parse_architecture(space, text));
        const auto pass = plain::run(subnet, noise.numbers, 5, true);
        ASSERT_TRUE(runner.calibrate(subnet, 1, [&](std::size_t) { return noise.images; }));
        for (std::size_t i = 0; i < pass.statistics.size(); ++i) {
            for (std::size_t c = 0; c < pass.statistics[i].mean.size(); ++c) {
                EXPECT_NEAR(subnet.weights[i].batch_norm.mean[c], pass.statistics[i].mean[c], 2e-5);
            }
        }
        const auto want = plain::logits(subnet, noise.numbers, 5);
        std::vector<float> outputs(want.size());
        for (const bool fold : {true, false}) {
            runner.load(subnet, fold);
            runner.run(noise.images, outputs);
            for (std::size_t i = 0; i < want.size(); ++i) {
                EXPECT_NEAR(outputs[i], want[i], 1e-4) << text << " " << fold;
            }
        }
    }
}

/// A device with memory for three images, whose network gives an image's first byte.
class SmallDevice : public TorchSession {
public:
    int add(std::span<const std::int64_t>, std::span<const float>, bool, bool) override {
        return 0;
    }
    TorchOutcome read(int, TorchNumbers, std::span<float>) override { return TorchOutcome::done; }
    TorchOutcome write(int, TorchNumbers, std::span<const float>) override {
        return TorchOutcome::done;
    }
    void clear() override {}
    TorchOutcome run(const TorchNetwork&, const TorchImages& images,
                     std::span<float> outputs) override {
        ++runs;
        if (images.count > 3) return TorchOutcome::out_of_memory;
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            outputs[i] = images.pixels[i * images.pixels.size() / outputs.size()];
        }
        return TorchOutcome::done;
    }
    TorchOutcome run_batch_statistics(const TorchNetwork&, const TorchImages&, std::span<double>,
                                      std::span<double>) override {
        return TorchOutcome::out_of_memory;
    }
    TorchOutcome train(std::span<const TorchNetwork>, const TorchImages&,
                       std::span<const std::int64_t>, const TorchStep&,
                       std::span<TorchLoss>) override {
        return TorchOutcome::failed;
    }
    const char* problem() const override { return ""; }

    int runs = 0;
};

TEST(TorchRunner, HalvesTheBatchWhereMemoryEndsAndGoesOn) {
    const Noise noise(10);
    auto device = std::make_unique<SmallDevice>();
    const SmallDevice& seen = *device;
    TorchRunner runner(std::move(device));
    std::vector<float> outputs(10);
    runner.run(noise.images, outputs);
    for (std::size_t n = 0; n < 10; ++n) {
        EXPECT_EQ(outputs[n], noise.pixels[n * noise.pixels.size() / 10]);
    }
    EXPECT_EQ(runner.too_many(), 5);
    EXPECT_EQ(seen.runs, 2 + 5);  // 10 and 5 are too many; then five times 2
    runner.run(noise.images, outputs);
    EXPECT_EQ(seen.runs, 2 + 5 + 5);  // found once
    const auto space = stripes_space();
    Subnet subnet = extract(make_supernet(space, filled_file(space)),
                            parse_architecture(space, "e2k1|w0:e2k3"));
    EXPECT_FALSE(runner.calibrate(subnet, 1, [&](std::size_t) { return noise.images; }));
}

TEST(Torch, DevicesAndPrecisionsThatAreNotThereAreNamed) {
    NEEDS_TORCH();
    const auto problem = [](const char* device, const char* precision) -> std::string {
        try {
            open_torch_session(device, precision, 1);
        } catch (const Error& e) {
            return e.what();
        }
        return "opened";
    };
    EXPECT_EQ(problem("cpu", "bfloat16"), "opened");
    EXPECT_THAT(problem("toaster", "float32"),
                testing::HasSubstr("device 'toaster' cannot be had"));
    EXPECT_THAT(problem("cpu", "float12"), testing::HasSubstr("there are float32, float16"));
}

}  // namespace
}  // namespace blockscope
