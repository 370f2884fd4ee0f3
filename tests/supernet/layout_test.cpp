#include "blockscope/supernet/layout.hpp"

#include <map>
#include <set>

#include <gmock/gmock.h>

#include "blockscope/space/sampling.hpp"

#include "tests/supernet/golden.hpp"

namespace blockscope {
namespace {

using Shape64 = std::vector<std::int64_t>;

std::map<std::string, Shape64> shapes_of(const DesignSpace& space) {
    std::map<std::string, Shape64> shapes;
    for (const auto& t : supernet_tensors(supernet_layers(space))) shapes[t.name] = t.shape;
    return shapes;
}

TEST(Layout, NamesAndShapesAreThoseOfThePublishedCode) {
    const auto mobile = shapes_of(load_space("ofa-mbv3"));
    EXPECT_EQ(mobile.at("first_conv.conv.weight"), (Shape64{24, 3, 3, 3}));
    EXPECT_EQ(mobile.at("blocks.5.conv.depth_conv.conv.7to5_matrix"), (Shape64{25, 25}));
    EXPECT_EQ(mobile.at("blocks.5.conv.depth_conv.conv.conv.weight"), (Shape64{192, 1, 7, 7}));
    EXPECT_EQ(mobile.at("blocks.5.conv.depth_conv.se.fc.reduce.bias"), (Shape64{48}));
    EXPECT_EQ(mobile.at("classifier.linear.weight"), (Shape64{1000, 1536}));
    const auto residual = shapes_of(load_space("resnet50"));
    EXPECT_EQ(residual.at("input_stem.1.conv.conv.conv.weight"), (Shape64{32, 32, 3, 3}));
    EXPECT_EQ(residual.at("blocks.4.downsample.bn.bn.running_var"), (Shape64{512}));
    EXPECT_EQ(residual.at("classifier.linear.linear.bias"), (Shape64{1000}));
}

TEST(Layout, ARestrictedSpaceHasTheSupernetOfTheWholeOne) {
    const auto smaller = parse_space(
        "base = \"ofa-mbv3\"\nname = \"small\"\n[[drop]]\nblocks = [\"MBConv6-7\"]\n"
        "[[drop]]\ndepth = 4\n",
        "small.toml");
    EXPECT_EQ(shapes_of(smaller), shapes_of(load_space("ofa-mbv3")));
}

TEST(Layout, ASpaceOfOnesOwnMayMixFamiliesKernelsAndSqueezeExcite) {
    const auto space = parse_space(R"(
name = "mine"
resolutions = 32
[[stem]]
op = "conv"
kernel = 3
channels = [8, 16]
activation = "relu"
[[block]]
kind = "mbconv"
expand = 1
kernel = 3
[[block]]
kind = "mbconv"
expand = 2
kernel = 9
se = true
[[block]]
kind = "bottleneck"
ratio = 0.5
kernel = 5
[[unit]]
channels = [16, 24]
depth = [1, 2]
stride = 2
[[head]]
op = "conv"
channels = 32
[[head]]
op = "global_pool"
[[head]]
op = "linear"
channels = 4
)",
                                   "mine.toml");
    const auto shapes = shapes_of(space);
    EXPECT_EQ(shapes.at("first_conv.conv.weight"), (Shape64{16, 3, 3, 3}));
    EXPECT_EQ(shapes.at("blocks.0.conv.inverted_bottleneck.conv.conv.weight"),
              (Shape64{32, 16, 1, 1}));
    EXPECT_EQ(shapes.at("blocks.0.conv.depth_conv.conv.conv.weight"), (Shape64{32, 1, 9, 9}));
    EXPECT_EQ(shapes.at("blocks.0.conv.depth_conv.conv.9to3_matrix"), (Shape64{9, 9}));
    EXPECT_EQ(shapes.at("blocks.0.conv.depth_conv.se.fc.reduce.weight"), (Shape64{8, 32, 1, 1}));
    EXPECT_EQ(shapes.at("blocks.1.conv2.conv.conv.weight"), (Shape64{16, 16, 5, 5}));
    EXPECT_EQ(shapes.at("feature_mix_layer.conv.weight"), (Shape64{32, 24, 1, 1}));
    // every architecture comes out of it
    const Supernet net = make_supernet(space, filled_file(space));
    for (const auto& a : sample(space, 50, Rng(1), 32)) {
        const Subnet subnet = extract(net, a);
        for (std::size_t i = 0; i < subnet.weights.size(); ++i) {
            const Operator& op = subnet.network.operators[i];
            if (op.kind != OpKind::convolution) continue;
            EXPECT_EQ(subnet.weights[i].weight.size(), std::size_t(op.out.channels) *
                                                           (op.in.channels / op.groups) *
                                                           op.kernel * op.kernel);
        }
    }
}

class GoldenLayout : public testing::TestWithParam<GoldenFamily> {};

TEST_P(GoldenLayout, IsTheStateDictOfTheOriginalCode) {
    const std::string file = std::string("state_dict_") + GetParam().file;
    NEEDS_DATA("golden/" + file + ".json");
    const auto golden = golden_json(file);
    const auto shapes = shapes_of(load_space(GetParam().space));
    EXPECT_EQ(shapes.size(), golden["tensors"].size());
    for (const auto& tensor : golden["tensors"]) {
        const std::string name = tensor["name"];
        ASSERT_TRUE(shapes.contains(name)) << name;
        EXPECT_EQ(shapes.at(name), tensor["shape"].get<Shape64>()) << name;
        // the fill rule of these tests is the one the golden numbers were made with
        const auto sums = checksum(filled(name, shapes.at(name)).values);
        EXPECT_NEAR(sums.sum, tensor["sum"], 1e-9 * (1 + std::abs(sums.l2))) << name;
        EXPECT_NEAR(sums.l2, tensor["l2"], 1e-9 * (1 + sums.l2)) << name;
    }
}

INSTANTIATE_TEST_SUITE_P(Families, GoldenLayout, testing::ValuesIn(golden_families), family_name);

}  // namespace
}  // namespace blockscope
