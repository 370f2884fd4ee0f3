#include "blockscope/space/restriction_file.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "blockscope/base/random.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

/// Some of the bits, at least one.
std::uint64_t some_of(std::uint64_t bits, Rng& rng) {
    const auto all = allowed(bits);
    std::uint64_t left = std::uint64_t{1} << all[rng.below(static_cast<std::uint32_t>(all.size()))];
    for (const int b : all) {
        if (rng.below(2) == 0) left |= std::uint64_t{1} << b;
    }
    return left;
}

RC_GTEST_PROP(RestrictionFile, ReadsBackAsTheSameSpace, (std::uint64_t seed)) {
    Rng rng(seed);
    const auto names = built_in_space_names();
    const auto& base = names[rng.below(static_cast<std::uint32_t>(names.size()))];
    const DesignSpace whole = load_space(base);
    DesignSpace smaller = whole;
    smaller.name = "a \"name\" with \\ and\ttab";
    for (auto& unit : smaller.units) {
        unit.depths = some_of(unit.depths, rng);
        unit.widths = some_of(unit.widths, rng);
        for (auto& mask : unit.blocks) {
            if (rng.below(2) == 0) mask = some_of(mask, rng);
        }
        if (rng.below(2) == 0) {  // the same in all layers
            unit.blocks.assign(unit.blocks.size(), some_of(whole.units[0].blocks[0], rng));
        }
        if (seed % 2 == 0) smaller.mutation.push_back(rng.uniform());
    }
    const auto text = restriction_toml(whole, smaller, base, "two\nlines");
    const DesignSpace read = parse_space(text, "smaller.toml");
    RC_ASSERT(read.fingerprint() == smaller.fingerprint());
    RC_ASSERT(read.name == smaller.name);
    RC_ASSERT(read.mutation == smaller.mutation);
}

TEST(RestrictionFile, GroupsWhatIsAlike) {
    const DesignSpace whole = load_space("ofa-mbv3");
    DesignSpace smaller = whole;
    smaller.name = "npu";
    for (auto& unit : smaller.units) {
        for (auto& mask : unit.blocks) mask &= 0b011011011;  // no kernel 7
    }
    smaller.units[1].depths = 0b1100;
    smaller.units[3].depths = 0b1100;
    EXPECT_EQ(restriction_toml(whole, smaller, "ofa-mbv3"),
              "base = \"ofa-mbv3\"\n"
              "name = \"npu\"\n"
              "title = \"Once-for-All MobileNetV3, width 1.2\"\n"
              "\n[[drop]]\nunit = [2, 4]\ndepth = 4\n"
              "\n[[drop]]\nblocks = [\"MBConv3-7\", \"MBConv4-7\", \"MBConv6-7\"]\n");
}

}  // namespace
}  // namespace blockscope
