#include "blockscope/supernet/subnet.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "blockscope/base/error.hpp"
#include "blockscope/network/cost.hpp"

#include "tests/supernet/double_network.hpp"
#include "tests/supernet/golden.hpp"
#include "tests/supernet/tiny_space.hpp"

namespace blockscope {
namespace {

TEST(Subnet, ASmallerKernelIsTheMiddleTimesTheMatrix) {
    const auto space = tiny_space();
    auto file = filled_file(space);
    auto& kernels = file.tensors.at("blocks.0.conv.depth_conv.conv.conv.weight");
    ASSERT_EQ(kernels.shape, (std::vector<std::int64_t>{16, 1, 5, 5}));
    std::iota(kernels.values.begin(), kernels.values.end(), 0.0F);
    auto& matrix = file.tensors.at("blocks.0.conv.depth_conv.conv.5to3_matrix");
    std::fill(matrix.values.begin(), matrix.values.end(), 0.0F);
    for (int i = 0; i < 9; ++i) matrix.values[9 * i + 8 - i] = 2.0F;  // reversed and doubled
    const auto net = make_supernet(space, file);
    const auto subnet = extract(net, parse_architecture(space, "e1k3"));
    const auto depthwise =
        std::find_if(subnet.network.operators.begin(), subnet.network.operators.end(),
                     [](const Operator& op) { return op.role == Role::depthwise; });
    const auto& w = subnet.weights[depthwise - subnet.network.operators.begin()].weight;
    ASSERT_EQ(w.size(), 8 * 9U);  // the first 8 of 16 channels
    EXPECT_THAT(std::vector<float>(w.begin(), w.begin() + 9),
                testing::ElementsAre(36, 34, 32, 26, 24, 22, 16, 14, 12));
    EXPECT_EQ(w[9], 2 * (25 + 18));
}

TEST(Subnet, AMissingMatrixIsTheIdentity) {
    const auto space = tiny_space();
    auto file = filled_file(space);
    file.tensors.erase("blocks.0.conv.depth_conv.conv.5to3_matrix");
    const auto& kernels = file.tensors.at("blocks.0.conv.depth_conv.conv.conv.weight").values;
    const std::vector<float> middle{kernels[6], kernels[7], kernels[8]};
    const auto subnet = extract(make_supernet(space, file), parse_architecture(space, "e2k3"));
    const auto& w = subnet.weights[2].weight;
    EXPECT_THAT(std::vector<float>(w.begin(), w.begin() + 3), testing::ElementsAreArray(middle));
}

TEST(Subnet, FoldingChangesNothingButRounding) {
    const auto space = tiny_space();
    const auto net = make_supernet(space, filled_file(space));
    Subnet subnet = extract(net, parse_architecture(space, "e2k5@16"));
    const auto images = filled_images("input", 2, 16);
    const auto want = plain::logits(subnet, images, 2);
    const auto parameters = folded(subnet);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        if (!parameters[i]) continue;
        const auto numbers = parameters[i]->numbers();
        subnet.weights[i] = {numbers.weight, numbers.bias, {}};
        subnet.network.operators[i].batch_norm = false;
    }
    const auto got = plain::logits(subnet, images, 2);
    for (std::size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-5);
}

class GoldenSubnet : public testing::TestWithParam<GoldenFamily> {};

TEST_P(GoldenSubnet, TensorsAndCountsAreThoseOfTheOriginalCode) {
    NEEDS_DATA("golden/README.md");
    const auto golden = golden_json(GetParam().file);
    const Supernet net = filled_supernet(GetParam().space);
    int with_tensors = 0;
    for (const auto& record : golden["architectures"]) {
        const auto a = golden_architecture(net.space, record);
        const Subnet subnet = extract(net, a);
        const Cost counts = cost(subnet.network);
        EXPECT_EQ(counts.macs, record["subnet_macs_exact"]) << record["name"];
        EXPECT_EQ(counts.params, record["subnet_params"]) << record["name"];
        if (!record.contains("subnet_tensors")) continue;
        ++with_tensors;
        std::vector<Checksum> ours;
        for (const auto& w : subnet.weights) {
            if (!w.weight.empty()) ours.push_back(checksum(w.weight));
            if (!w.bias.empty()) ours.push_back(checksum(w.bias));
            if (w.batch_norm.scale.empty()) continue;
            ours.push_back(checksum(w.batch_norm.scale));
            ours.push_back(checksum(w.batch_norm.shift));
            ours.push_back(checksum(w.batch_norm.mean));
            ours.push_back(checksum(w.batch_norm.variance));
        }
        for (const auto& tensor : record["subnet_tensors"]) {
            const double sum = tensor["sum"];
            const double l2 = tensor["l2"];
            const auto found = std::find_if(ours.begin(), ours.end(), [&](const Checksum& c) {
                return std::abs(c.sum - sum) < 1e-9 * (1 + l2) && std::abs(c.l2 - l2) < 1e-9 * l2;
            });
            ASSERT_NE(found, ours.end()) << record["name"] << " " << tensor["name"];
            ours.erase(found);
        }
        EXPECT_TRUE(ours.empty()) << record["name"];
    }
    EXPECT_EQ(with_tensors, 2);
}

/// In double and from float32 weights, as the numbers were made: nothing but their 12 digits is
/// left between them. Every architecture with BLOCKSCOPE_ALL_GOLDEN=1 (a minute or two), else the
/// quick ones.
TEST_P(GoldenSubnet, LogitsInDoubleAreEqualToOnePartIn100000000) {
    NEEDS_DATA("golden/README.md");
    const auto golden = golden_json(GetParam().file);
    const Supernet net = filled_supernet(GetParam().space);
    int compared = 0;
    for (const auto& record : golden["architectures"]) {
        if (!all_golden() && record["subnet_macs_exact"] > 130e6 && record["name"] != "min")
            continue;
        ++compared;
        const Subnet subnet = extract(net, golden_architecture(net.space, record));
        const int side = record["resolution"];
        const auto logits = plain::logits(subnet, filled_images("input", 2, side), 2);
        const auto& want = record["subnet_logits_float64"];
        const double scale = record["logit_std"];
        for (std::size_t n = 0; n < 2; ++n) {
            for (std::size_t i = 0; i < 16; ++i) {
                EXPECT_NEAR(logits[1000 * n + i], want["first16"][n][i], 1e-8 * scale)
                    << record["name"] << " image " << n + 1 << " logit " << i + 1;
            }
            const auto sums = checksum(
                std::vector<double>(logits.begin() + 1000 * n, logits.begin() + 1000 * (n + 1)));
            EXPECT_NEAR(sums.sum, want["sum"][n], 1e-8 * sums.l2) << record["name"];
            EXPECT_NEAR(sums.l2, want["l2"][n], 1e-8 * sums.l2) << record["name"];
        }
    }
    EXPECT_GE(compared, 1);
}

INSTANTIATE_TEST_SUITE_P(Families, GoldenSubnet, testing::ValuesIn(golden_families), family_name);

}  // namespace
}  // namespace blockscope
