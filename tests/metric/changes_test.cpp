#include "blockscope/metric/changes.hpp"

#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "blockscope/base/random.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

RC_GTEST_PROP(Changes, AreDistinctPointsOfTheSpaceInOneUnit, (std::uint64_t seed)) {
    const auto space = load_space(*rc::gen::elementOf(built_in_space_names()));
    const Architecture a = sample(space, 1, Rng(seed), space.default_resolution).front();
    std::set<Architecture> seen{a};
    for (const auto& change : single_changes(space, a)) {
        RC_ASSERT(contains(space, change.arch));
        RC_ASSERT(seen.insert(change.arch).second);
        for (std::size_t u = 0; u < space.units.size(); ++u) {
            if (static_cast<int>(u) == change.unit) continue;
            RC_ASSERT(change.arch.depth[u] == a.depth[u]);
            RC_ASSERT(change.arch.width[u] == a.width[u]);
        }
    }
}

TEST(Changes, OfASmallNetworkByHand) {
    const auto space = load_space("ofa-mbv3");
    const auto a = parse_architecture(space, "{'ks':3,'e':3,'d':[2,3,4,2,2]}");
    std::multiset<std::string> kinds;
    std::set<std::string> texts;
    for (const auto& change : single_changes(space, a)) {
        const std::string text = to_string(space, a, change);
        texts.insert(text);
        kinds.insert(change.what == Change::What::block    ? "block"
                     : change.what == Change::What::remove ? "remove"
                                                           : "add");
    }
    EXPECT_EQ(kinds.count("block"), 13U * 8);
    EXPECT_EQ(kinds.count("remove"), 2U);
    EXPECT_EQ(kinds.count("add"), 4U * 9);
    EXPECT_EQ(texts.count("U1-L2 MBConv3-3 to MBConv6-5"), 1U);
    EXPECT_EQ(texts.count("U3 without L4"), 1U);
    EXPECT_EQ(texts.count("U2 with L4 MBConv4-7"), 1U);
}

TEST(Changes, OfWidthsAndOfSeveralLayersAtOnce) {
    const auto space = parse_space(
        "base = \"resnet50\"\nname = \"gaps\"\n[[drop]]\nunit = 1\n"
        "depth = 3\n",
        "gaps.toml");
    const auto a =
        parse_architecture(space, "s0w0w0|w0:e20-e20|w1:e20-e20|w2:e20-e20-e20-e20|w0:e20-e20");
    std::set<std::string> texts;
    for (const auto& change : single_changes(space, a)) texts.insert(to_string(space, a, change));
    EXPECT_EQ(texts.count("U1 with L3 to L4 B35"), 1U);
    EXPECT_EQ(texts.count("U2 width 0.8 to 1"), 1U);
    EXPECT_EQ(texts.count("U3 width 1 to 0.65"), 1U);
}

}  // namespace
}  // namespace blockscope
