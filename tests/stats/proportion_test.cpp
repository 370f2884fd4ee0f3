#include "blockscope/stats/proportion.hpp"

#include <gtest/gtest.h>

namespace blockscope {
namespace {

// Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17
// (1998), table I, method 3
TEST(Proportion, HasWilsonsInterval) {
    struct Known {
        std::size_t successes, n;
        double low, high;
    };
    for (const auto& k : {Known{81, 263, 0.2553, 0.3662},
                          {15, 148, 0.0624, 0.1605},
                          {0, 20, 0.0, 0.1611},
                          {1, 29, 0.0061, 0.1718}}) {
        const Estimate e = proportion(k.successes, k.n);
        EXPECT_NEAR(e.low, k.low, 5e-5);
        EXPECT_NEAR(e.high, k.high, 5e-5);
        EXPECT_EQ(e.value, static_cast<double>(k.successes) / static_cast<double>(k.n));
    }
}

TEST(Proportion, OfEverythingIsTheMirrorOfNothing) {
    const Estimate none = proportion(0, 7, 0.9);
    const Estimate all = proportion(7, 7, 0.9);
    EXPECT_EQ(none.low, 0);
    EXPECT_EQ(all.high, 1);
    EXPECT_NEAR(all.low, 1 - none.high, 1e-12);
}

}  // namespace
}  // namespace blockscope
