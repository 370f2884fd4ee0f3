#include "blockscope/space/preset.hpp"

#include <bit>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

std::vector<std::string> blocks_of(const DesignSpace& space, int unit, int layer = 0) {
    std::vector<std::string> names;
    for (const int b : allowed(space.units[unit].blocks[layer])) {
        names.push_back(space.blocks[b].token);
    }
    return names;
}

std::vector<int> most_layers(const DesignSpace& space) {
    std::vector<int> depths;
    for (const auto& unit : space.units) depths.push_back(allowed(unit.depths).back());
    return depths;
}

std::string message_of(const std::string& space) {
    try {
        (void)load_space(space);
    } catch (const Error& e) {
        return e.what();
    }
    return "no error";
}

using Tokens = std::vector<std::string>;

// Mills et al., CIKM 2021, section 5.2, and the options of their published commands.
TEST(Preset, IsWhatThePaperCuts) {
    const DesignSpace npu = load_space("ofa-mbv3:paper/npu");
    EXPECT_EQ(blocks_of(npu, 2, 3), (Tokens{"e3k3", "e3k5", "e4k3", "e4k5", "e6k3", "e6k5"}));
    EXPECT_EQ(most_layers(npu), (std::vector<int>{4, 4, 4, 4, 4}));
    EXPECT_EQ(npu.mutation, (std::vector<double>{0.25, 0.25, 0.25, 0.5, 0.5}));
    EXPECT_EQ(npu.name, "ofa-mbv3:paper/npu");
    const DesignSpace gpu = load_space("ofa_mbv3:paper/gpu");
    EXPECT_EQ(blocks_of(gpu, 0), (Tokens{"e3k5", "e4k5", "e4k7", "e6k3", "e6k5", "e6k7"}));
    EXPECT_EQ(most_layers(gpu), (std::vector<int>{4, 3, 4, 3, 3}));
    EXPECT_EQ(most_layers(load_space("ofa-mbv3:paper/cpu")), (std::vector<int>{3, 3, 3, 4, 4}));
    EXPECT_EQ(blocks_of(load_space("ofa-mbv3:paper/cpu"), 4).size(), 9U);
    const DesignSpace note10 = load_space("ofa-mbv3:paper/note10");
    EXPECT_EQ(blocks_of(note10, 4),
              (Tokens{"e3k3", "e3k5", "e4k3", "e4k5", "e6k3", "e6k5", "e6k7"}));
    EXPECT_EQ(most_layers(note10), (std::vector<int>{3, 4, 4, 4, 4}));
    EXPECT_EQ(blocks_of(load_space("ofa-mbv3:paper/max-accuracy"), 1),
              (Tokens{"e4k5", "e4k7", "e6k3", "e6k5", "e6k7"}));
    EXPECT_EQ(load_space("proxylessnas:paper/npu").mutation,
              (std::vector<double>{0.25, 0.25, 0.25, 0.5, 0.5, 0.5}));
    EXPECT_EQ(most_layers(load_space("proxylessnas:paper/gpu")),
              (std::vector<int>{3, 3, 3, 4, 4, 1}));
    EXPECT_EQ(most_layers(load_space("proxylessnas:paper/cpu")),
              (std::vector<int>{3, 3, 4, 4, 4, 1}));
    const DesignSpace resnet = load_space("resnet50:paper/max-accuracy");
    EXPECT_EQ(allowed(resnet.units[2].depths), (std::vector<int>{6}));
    EXPECT_EQ(allowed(resnet.units[3].depths), (std::vector<int>{4}));
    EXPECT_EQ(allowed(resnet.units[1].widths).size(), 3U);
    EXPECT_EQ(allowed(resnet.units[2].widths), (std::vector<int>{2}));
    EXPECT_EQ(blocks_of(resnet, 3).size(), 3U);
    EXPECT_EQ(presets().size(), 10U);
}

TEST(Preset, FitsTheOtherWidthOfItsSpace) {
    EXPECT_EQ(most_layers(load_space("ofa-mbv3-w1.0:paper/gpu")),
              (std::vector<int>{4, 3, 4, 3, 3}));
}

TEST(Preset, HasAControlWithAsManyRandomBlocks) {
    const DesignSpace a = load_space("ofa-mbv3:paper/gpu-random");
    const DesignSpace b = load_space("ofa-mbv3:paper/gpu-random@2");
    EXPECT_EQ(most_layers(a), (std::vector<int>{4, 3, 4, 3, 3}));
    EXPECT_NE(a.fingerprint(), b.fingerprint());
    EXPECT_EQ(a.fingerprint(), load_space("ofa-mbv3:paper/gpu-random@1").fingerprint());
    std::uint64_t seen = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const auto space = load_space("ofa-mbv3:paper/gpu-random@" + std::to_string(seed));
        for (const auto& unit : space.units) {
            EXPECT_EQ(std::popcount(unit.blocks[0]), 6);
            for (const auto mask : unit.blocks) EXPECT_EQ(mask, unit.blocks[0]);
            seen |= unit.blocks[0];
        }
    }
    EXPECT_EQ(std::popcount(seen), 9);
    EXPECT_EQ(blocks_of(load_space("ofa-mbv3:paper/cpu-random"), 0).size(), 9U);
}

TEST(Preset, SaysWhatThereIs) {
    EXPECT_THAT(message_of("ofa-mbv3:paper/npx"), testing::HasSubstr("did you mean 'paper/npu'"));
    EXPECT_THAT(message_of("ofa-mbv3:npu"), testing::HasSubstr("'paper/note10'"));
    EXPECT_THAT(message_of("resnet50:paper/npu"), testing::HasSubstr("'paper/max-accuracy'"));
    EXPECT_THAT(message_of("ofa-mbv4:paper/npu"), testing::HasSubstr("ofa-mbv4"));
    EXPECT_THAT(message_of("ofa-mbv3:paper/npu@7"), testing::HasSubstr("-random@7"));
    EXPECT_THAT(message_of("ofa-mbv3:paper/npu-random@x"), testing::HasSubstr("-random@7"));
}

TEST(Preset, IsABaseToBuildOn) {
    const DesignSpace space = parse_space(
        "base = \"ofa-mbv3:paper/npu\"\nname = \"mine\"\n[[drop]]\nunit = 1\ndepth = 4\n",
        "mine.toml");
    EXPECT_EQ(most_layers(space), (std::vector<int>{3, 4, 4, 4, 4}));
    EXPECT_EQ(blocks_of(space, 0).size(), 6U);
}

}  // namespace
}  // namespace blockscope
