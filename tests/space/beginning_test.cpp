#include "blockscope/space/beginning.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

TEST(Beginning, IsTheStemAndTheFirstUnits) {
    const auto space = load_space("resnet50");
    for (const auto& a : sample(space, 50, Rng(1), 224)) {
        const Architecture stem = beginning(space, a, 0);
        EXPECT_EQ(stem.stem, a.stem);
        EXPECT_EQ(stem.block, Architecture().block);
        const int units = static_cast<int>(space.units.size());
        EXPECT_EQ(beginning(space, a, units), a);
        Architecture other = a;  // changed in the last unit
        other.width[static_cast<std::size_t>(units - 1)] ^= 1;
        EXPECT_EQ(beginning(space, a, units - 1), beginning(space, other, units - 1));
        EXPECT_NE(beginning(space, a, units), beginning(space, other, units));
    }
}

TEST(Beginning, OrdersSoThatTheSameBeginningsFollowEachOther) {
    const auto space = load_space("ofa-mbv3");
    auto archs = sample(space, 3000, Rng(1), 224);
    std::sort(archs.begin(), archs.end(),
              [&](const auto& a, const auto& b) { return begins_before(space, a, b); });
    for (int units = 0; units <= 5; ++units) {
        std::set<Architecture> seen;
        Architecture last;
        for (const auto& a : archs) {
            const Architecture now = beginning(space, a, units);
            if (now == last) continue;
            EXPECT_TRUE(seen.insert(now).second) << "comes back after another one";
            last = now;
        }
    }
}

}  // namespace
}  // namespace blockscope
