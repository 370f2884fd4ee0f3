#include "blockscope/stats/family_wise.hpp"

#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace blockscope {
namespace {

// worked out by hand: 4 x 0.005, 3 x 0.01, 2 x 0.03, then never smaller than the one before
TEST(FamilyWisePValues, StepDown) {
    const auto p = family_wise_p_values(std::vector<double>{0.01, 0.04, 0.03, 0.005});
    EXPECT_DOUBLE_EQ(p[0], 0.03);
    EXPECT_DOUBLE_EQ(p[1], 0.06);
    EXPECT_DOUBLE_EQ(p[2], 0.06);
    EXPECT_DOUBLE_EQ(p[3], 0.02);
}

TEST(FamilyWisePValues, LeaveUnknownOnesOut) {
    const auto p = family_wise_p_values(std::vector<double>{std::nan(""), 0.02, 0.7});
    EXPECT_TRUE(std::isnan(p[0]));
    EXPECT_DOUBLE_EQ(p[1], 0.04);
    EXPECT_DOUBLE_EQ(p[2], 0.7);
    EXPECT_TRUE(family_wise_p_values({}).empty());
}

RC_GTEST_PROP(FamilyWisePValues, LieBetweenThePlainOnesAndBonferronis, ()) {
    const auto p = *rc::gen::container<std::vector<double>>(
        rc::gen::map(rc::gen::inRange(0, 1001), [](int v) { return v / 1000.0; }));
    const auto adjusted = family_wise_p_values(p);
    for (std::size_t i = 0; i < p.size(); ++i) {
        RC_ASSERT(adjusted[i] >= p[i]);
        RC_ASSERT(adjusted[i] <= std::min(1.0, static_cast<double>(p.size()) * p[i]));
        for (std::size_t j = 0; j < i; ++j) {
            if (p[i] <= p[j]) RC_ASSERT(adjusted[i] <= adjusted[j]);
        }
    }
}

}  // namespace
}  // namespace blockscope
