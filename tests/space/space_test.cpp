#include <cmath>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

std::string message_of(const std::string& toml) {
    try {
        parse_space(toml, "mine.toml");
    } catch (const Error& e) {
        return e.what();
    }
    return "no error";
}

const std::string small = R"(name = "small"
resolutions = [32, 64]
[blocks]
kind = "mbconv"
expand = [2, 4]
kernel = [3, 5]
[[stem]]
op = "conv"
kernel = 3
stride = 2
channels = 8
[[unit]]
channels = 16
widths = [0.5, 1.0]
stride = 2
depth = [1, 3]
[[unit]]
channels = 24
depth = 2
[[head]]
op = "global_pool"
[[head]]
op = "linear"
channels = 10
)";

// 7371 = 9^2 + 9^3 + 9^4; the products by hand in arbitrary precision
TEST(Size, OfBuiltInSpacesIsExact) {
    EXPECT_EQ(size(load_space("ofa-mbv3")).total, "21758655492572485851");
    EXPECT_EQ(size(load_space("ofa-mbv3-w1.0")).total, "21758655492572485851");
    EXPECT_EQ(size(load_space("proxylessnas")).total, "195827899433152372659");
    EXPECT_EQ(size(load_space("resnet50")).body, "136606377609");
    EXPECT_EQ(size(load_space("resnet50")).total, "2458914796962");
}

TEST(Size, OfAUserSpaceCountsWidthsAndHolesInDepth) {
    EXPECT_EQ(size(parse_space(small, "small.toml")).total, std::to_string(2 * (4 + 64) * 16));
}

// worked by hand from the rule in the header
TEST(RoundChannels, FollowsTheMobileNetRule) {
    EXPECT_EQ(round_channels(19.2), 24);
    EXPECT_EQ(round_channels(41.6), 40);
    EXPECT_EQ(round_channels(124.8), 128);
    EXPECT_EQ(round_channels(249.6), 248);
    EXPECT_EQ(round_channels(20), 24);
}

TEST(SpaceFile, NamesFileLineColumnAndTheNearMiss) {
    EXPECT_EQ(message_of("name = \"x\"\nresolutions = 32\nrezolution = 32\n[blocks]\nkind = "
                         "\"mbconv\"\nexpand = 1\n[[unit]]\nchannels = 8\ndepth = 1\n"),
              "mine.toml:3:1: unknown key 'rezolution' (did you mean 'resolution'?)");
    EXPECT_EQ(message_of("base = \"ofa-mbv\""),
              "unknown space 'ofa-mbv' (did you mean 'ofa-mbv3'?); built in are 'ofa-mbv3-w1.0', "
              "'ofa-mbv3', 'proxylessnas' and 'resnet50'; a file's name ends in .toml");
    EXPECT_EQ(message_of("base = \"ofa-mbv3\"\n[[drop]]\nblocks = [\"MBConv3-6\"]\n"),
              "mine.toml:3:10: unknown block 'MBConv3-6' (did you mean 'MBConv3-3'?)");
    EXPECT_EQ(message_of("name = 3"), "mine.toml:1:8: 'name' must be a text in quotes");
}

TEST(SpaceFile, RefusesImpossibleSpaces) {
    const auto with = [](std::string from, std::string to) {
        std::string text = small;
        text.replace(text.find(from), from.size(), to);
        return message_of(text);
    };
    EXPECT_EQ(with("depth = [1, 3]", "depth = { from = 3, to = 1 }"),
              "mine.toml:16:9: range 3 to 1 is empty");
    EXPECT_EQ(with("channels = 24", "channels = 0"),
              "mine.toml:18:12: 0 channels; from 1 to 65536 are possible");
    EXPECT_EQ(with("expand = [2, 4]", "expand = []"),
              "mine.toml:3:1: 0 candidate blocks; from 1 to 64 are possible");
    EXPECT_EQ(with("depth = 2", "depth = 60"), "mine.toml:19:9: depth 60 is not from 1 to 38");
    EXPECT_EQ(message_of("name = \"x\"\nresolutions = [32, 64, 32]\n"),
              "mine.toml:2:15: resolution 32 is given twice");
}

TEST(SpaceFile, RestrictsASpaceItBuildsOn) {
    const auto npu = parse_space(
        "base = \"ofa-mbv3\"\nname = \"npu\"\n[[drop]]\nblocks = [\"MBConv3-7\", \"e4k7\", "
        "\"MBConv6-7\"]\n[[keep]]\nunit = [2, 4]\ndepth = [2, 3]\n[search]\nmutation = [0.25, "
        "0.25, 0.25, 0.5, 0.5]\n",
        "npu.toml");
    EXPECT_EQ(size(npu).total, "235566728506368");  // (36 + 216 + 1296)^3 * (36 + 216)^2
    const auto full = load_space("ofa-mbv3");
    for (const auto& a : sample(npu, 200, Rng(1), 224)) {
        EXPECT_TRUE(contains(npu, a));
        EXPECT_TRUE(contains(full, a));
        EXPECT_LE(a.depth[1], 3);
    }
}

TEST(Placements, ComeInThePapersOrder) {
    const auto ofa = load_space("ofa-mbv3");
    const auto all = placements(ofa);
    ASSERT_EQ(all.size(), 180);
    EXPECT_EQ(label(ofa, all[0]), "U1-L1-MBConv3-3");
    EXPECT_EQ(label(ofa, all[19]), "U1-L3-MBConv3-5");
    EXPECT_EQ(label(ofa, all[179]), "U5-L4-MBConv6-7");
    EXPECT_EQ(placements(load_space("proxylessnas")).size(), 189);
    const auto resnet = load_space("resnet50");
    const auto r = placements(resnet);
    ASSERT_EQ(r.size(), 162);
    EXPECT_EQ(label(resnet, r[25]), "U1-L1-C100-B25");
    EXPECT_EQ(label(resnet, r[87]), "U3-L6-C65-B20");
    EXPECT_EQ(label(resnet, r[143]), "U4-L2-C80-B35");
}

// Uniform over 2 to 4 layers; the code raises to l - 1 in MBConv units and to l in bottleneck units
TEST(DepthWeights, AreThoseOfThePaperAndOfItsCode) {
    const auto ofa = load_space("ofa-mbv3");
    const auto resnet = load_space("resnet50");
    using V = std::vector<double>;
    EXPECT_EQ(depth_weights(ofa, 0, 2, Protocol::definition), (V{0, 0, 0, 0.5, 0.5}));
    EXPECT_EQ(depth_weights(ofa, 0, 3, Protocol::definition), (V{0, 0, 0, 0, 1}));
    const auto third = depth_weights(ofa, 0, 2, Protocol::published);
    EXPECT_DOUBLE_EQ(third[2], 1.0 / 3);
    const auto fourth = depth_weights(ofa, 0, 3, Protocol::published);
    EXPECT_DOUBLE_EQ(fourth[3], 2.0 / 3);
    EXPECT_DOUBLE_EQ(fourth[4], 1.0 / 3);
    const auto fifth = depth_weights(resnet, 2, 4, Protocol::published);
    EXPECT_DOUBLE_EQ(fifth[5], 2.0 / 3);
    EXPECT_DOUBLE_EQ(fifth[6], 1.0 / 3);
}

TEST(Sample, IsTheSameForAnyNumberOfThreadsAndALongerOneStartsWithAShorter) {
    const auto space = load_space("resnet50");
    const auto one = sample(space, 20000, Rng(7), 192, 1);
    EXPECT_EQ(one, sample(space, 20000, Rng(7), 192, 4));
    const auto shorter = sample(space, 5000, Rng(7), 192, 2);
    EXPECT_TRUE(std::equal(shorter.begin(), shorter.end(), one.begin()));
}

TEST(Sample, DrawsDepthThenBlocksUniformly) {
    const auto space = load_space("ofa-mbv3");
    const std::size_t n = 90000;
    std::array<double, 5> depth{};
    std::array<double, 9> first{};
    for (const auto& a : sample(space, n, Rng(3), 224)) {
        ++depth[a.depth[2]];
        ++first[a.block[8]];
    }
    double chi = 0;
    for (int d = 2; d <= 4; ++d) chi += std::pow(depth[d] - n / 3.0, 2) / (n / 3.0);
    EXPECT_LT(chi, 13.8);  // 99.9 % point of chi-square with 2 degrees of freedom
    chi = 0;
    for (const double c : first) chi += std::pow(c - n / 9.0, 2) / (n / 9.0);
    EXPECT_LT(chi, 26.1);  // 8 degrees of freedom
}

TEST(Sample, HoldsAPlacementFixedUnderBothProtocols) {
    for (const auto* name : {"ofa-mbv3", "resnet50"}) {
        const auto space = load_space(name);
        for (const auto& p : placements(space)) {
            for (const auto protocol : {Protocol::definition, Protocol::published}) {
                const auto weights = depth_weights(space, p.unit, p.layer, protocol);
                std::vector<double> seen(weights.size());
                const int n = 300;
                for (const auto& a : sample(space, n, Rng(5), 224, p, protocol)) {
                    ASSERT_TRUE(contains(space, a));
                    seen[a.depth[p.unit]] += 1.0 / n;
                    ASSERT_EQ(a.width[p.unit], p.width);
                    if (p.layer < a.depth[p.unit]) {
                        ASSERT_EQ(a.block[space.units[p.unit].first_slot + p.layer], p.block);
                    }
                }
                for (std::size_t d = 0; d < seen.size(); ++d) {
                    ASSERT_NEAR(seen[d], weights[d], weights[d] > 0 ? 0.12 : 0.0);
                }
            }
        }
    }
}

RC_GTEST_PROP(Text, RoundTripsInEverySpace, ()) {
    static const std::vector<DesignSpace> spaces{load_space("ofa-mbv3"), load_space("proxylessnas"),
                                                 load_space("resnet50"),
                                                 parse_space(small, "small.toml")};
    const auto& space = spaces[*rc::gen::inRange<std::size_t>(0, spaces.size())];
    const int resolution = *rc::gen::elementOf(space.resolutions);
    Rng rng(*rc::gen::arbitrary<std::uint64_t>());
    const auto a = Sampler(space, resolution).draw(rng);
    RC_ASSERT(contains(space, a));
    RC_ASSERT(parse_architecture(space, to_text(space, a)) == a);
    if (space.name != "small") {
        RC_ASSERT(parse_architecture(space, to_ofa_dictionary(space, a)) == a);
    }
}

TEST(Text, SaysWhereItIsMalformed) {
    const auto space = load_space("ofa-mbv3");
    const auto message = [&](const std::string& text) -> std::string {
        try {
            parse_architecture(space, text);
        } catch (const Error& e) {
            return e.what();
        }
        return "no error";
    };
    EXPECT_EQ(message("e3k3-e6k8|e3k3-e3k3"),
              "architecture: column 6: unknown block 'e6k8' (did you mean 'e6k3'?)");
    EXPECT_EQ(message("e3k3-e3k3|e3k3-e3k3"),
              "architecture: column 20: expected '|' (unit 3), found 'the end'");
    EXPECT_EQ(message("e3k3-e3k3-e3k3-e3k3-e3k3|"),
              "architecture: column 21: unit 1 has more than 4 layers");
    EXPECT_EQ(message(""), "architecture: the architecture is empty");
}

TEST(ForeignEncodings, AreReadAsTheCodeThatWroteThemMeantThem) {
    const auto space = load_space("ofa-mbv3");
    const auto expected = parse_architecture(
        space, "e3k3-e4k5|e3k3-e4k5-e6k7|e3k3-e4k5-e6k7-e3k3|e3k3-e4k5-e6k7|e3k3-e4k5@208");
    EXPECT_EQ(parse_architecture(space,
                                 "{'ks': [3,5,7,3,3,5,7,3,3,5,7,3,3,5,7,3,3,5,7,3], 'e': "
                                 "[3,4,6,3,3,4,6,3,3,4,6,3,3,4,6,3,3,4,6,3], 'd': [2,3,4,3,2], "
                                 "'r': [208], 'wid': None}"),
              expected);
    EXPECT_EQ(
        parse_architecture(space,
                           "[['mbconv3_e3_k3','mbconv3_e4_k5'],['mbconv3_e3_k3',"
                           "'mbconv3_e4_k5','mbconv3_e6_k7'],['mbconv3_e3_k3','mbconv3_e4_k5',"
                           "'mbconv3_e6_k7','mbconv3_e3_k3'],['mbconv3_e3_k3','mbconv3_e4_k5',"
                           "'mbconv3_e6_k7'],['mbconv3_e3_k3','mbconv3_e4_k5']]",
                           208),
        expected);
    EXPECT_EQ(to_text(space, parse_architecture(space, "{'ks':7,'e':6,'d':2,'image_size':160}")),
              "e6k7-e6k7|e6k7-e6k7|e6k7-e6k7|e6k7-e6k7|e6k7-e6k7@160");
}

TEST(ForeignEncodings, AreRefusedWhereTheyLeaveAChoiceOpen) {
    const auto message = [](const DesignSpace& space, const std::string& text) -> std::string {
        try {
            parse_architecture(space, text);
        } catch (const Error& e) {
            return e.what();
        }
        return "no error";
    };
    const auto ofa = load_space("ofa-mbv3");
    EXPECT_EQ(message(ofa, "{'ks':3,'e':3,'d':[2,3]}"),
              "architecture: 'd' has 2 entries, the space has 5 units");
    EXPECT_EQ(message(ofa, "{'ks':3,'e':3,'d':2.5}"),
              "architecture: unit 1: depth 2.5 is not a whole number from 1 to 4");
    const auto wide = parse_space(small, "small.toml");
    const std::string why =
        "architecture: 'small' has choices of width or stem, which this notation cannot name";
    EXPECT_EQ(message(wide, "[['mbconv3_e2_k3'],['mbconv3_e2_k3','mbconv3_e2_k3']]"), why);
    EXPECT_EQ(message(wide, "{'ks':3,'e':2,'d':1}"), why);
}

TEST(SpaceFile, RefusesBlocksThatTextCannotTellApart) {
    const auto with = [](const std::string& first, const std::string& second) {
        const std::string block = "[[block]]\nkind = \"mbconv\"\nexpand = 1\n";
        return message_of("name = \"x\"\nresolutions = 32\n" + block + first + block + second +
                          "[[unit]]\nchannels = 8\ndepth = 1\n");
    };
    EXPECT_EQ(with("name = \"A\"\ntoken = \"a\"\n", "name = \"a\"\ntoken = \"b\"\n"),
              "mine.toml:3:1: two blocks are called 'a'");
    EXPECT_EQ(with("token = \"{a}\"\n", "token = \"b\"\n"),
              "mine.toml:6:9: a token is made of letters, digits, '.' and '_'");
}

// 12 is no multiple of 8: without an expanding convolution the middle is what came in.
TEST(MiddleChannels, OfExpansionOneAreThoseThatComeIn) {
    const auto space = parse_space(small, "small.toml");
    Block block;
    EXPECT_EQ(middle_channels(space, block, 12, 24), 12);
    block.expand = 2;
    EXPECT_EQ(middle_channels(space, block, 12, 24), 24);
    block.expand = 1.5;
    EXPECT_EQ(middle_channels(space, block, 12, 24), 24);
}

// A layer without blocks is no fault where the depth that reaches it is dropped too.
TEST(SpaceFile, TakesRestrictionsInAnyOrder) {
    const std::string blocks =
        "[[drop]]\nunit = 2\nlayer = 2\nblocks = [\"e2k3\", \"e2k5\", "
        "\"e4k3\", \"e4k5\"]\n";
    std::string text = small;
    text.replace(text.find("depth = 2"), 9, "depth = [1, 2]");
    EXPECT_EQ(size(parse_space(text + blocks + "[[drop]]\nunit = 2\ndepth = 2\n", "a")).total,
              std::to_string(2 * (4 + 64) * 4));
    EXPECT_EQ(message_of(text + blocks),
              "mine.toml:25:1: space 'small': unit 2, layer 2 has no block left");
}

}  // namespace
}  // namespace blockscope
