#include "blockscope/stats/false_discovery.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace blockscope {
namespace {

// the example of the paper, section 4.1: four of fifteen hypotheses fall at q = 0.05
TEST(AdjustedPValues, RejectWhatThePaperRejects) {
    const std::vector<double> p{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                                0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
    const auto adjusted = adjusted_p_values(p);
    EXPECT_EQ(std::count_if(adjusted.begin(), adjusted.end(), [](double a) { return a <= 0.05; }),
              4);
    EXPECT_NEAR(adjusted[3], 0.0095 * 15 / 4, 1e-12);
}

TEST(AdjustedPValues, LeaveUnknownOnesOut) {
    const auto adjusted = adjusted_p_values(std::vector<double>{std::nan(""), 0.02, 0.5});
    EXPECT_TRUE(std::isnan(adjusted[0]));
    EXPECT_DOUBLE_EQ(adjusted[1], 0.04);
    EXPECT_DOUBLE_EQ(adjusted[2], 0.5);
    EXPECT_TRUE(adjusted_p_values({}).empty());
}

RC_GTEST_PROP(AdjustedPValues, KeepTheOrderAndNeverShrink, ()) {
    const auto p = *rc::gen::container<std::vector<double>>(
        rc::gen::map(rc::gen::inRange(0, 1001), [](int v) { return v / 1000.0; }));
    const auto adjusted = adjusted_p_values(p);
    for (std::size_t i = 0; i < p.size(); ++i) {
        RC_ASSERT(adjusted[i] >= p[i] && adjusted[i] <= 1);
        for (std::size_t j = 0; j < i; ++j) {
            if (p[i] <= p[j]) RC_ASSERT(adjusted[i] <= adjusted[j]);
        }
    }
}

}  // namespace
}  // namespace blockscope
