#include "blockscope/runtime/fma_peak.hpp"

#include <gtest/gtest.h>

namespace blockscope {
namespace {

// 4,000 rounds of 12 chains, 4 to 16 floats wide.
TEST(FmaPeak, CountsWhatTheChainsDo) {
    const double lanes = fma_burst() / (4000.0 * 12);
    EXPECT_TRUE(lanes == 4 || lanes == 8 || lanes == 16) << lanes;
}

// Any processor of today, also under a sanitizer: the loop is written in assembler.
TEST(FmaPeak, IsAPlausibleRate) {
    EXPECT_GT(fma_peak_gflops(1), 1);
    EXPECT_LT(fma_peak_gflops(1), 2000);
    EXPECT_GT(fma_peak_gflops(2), 1);
}

}  // namespace
}  // namespace blockscope
