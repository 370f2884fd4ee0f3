#include "blockscope/stats/distributions.hpp"

#include <gtest/gtest.h>

#include "blockscope/stats/student.hpp"

namespace blockscope {
namespace {

// printed tables: normal, Student, chi-square at 5 %
TEST(Distributions, AgreeWithPrintedTables) {
    EXPECT_NEAR(normal_quantile(0.975), 1.959964, 1e-6);
    EXPECT_NEAR(normal_cdf(-1.644854), 0.05, 1e-6);
    EXPECT_NEAR(student_quantile(0.95, 10), 2.228139, 1e-6);
    EXPECT_NEAR(student_p_value(2.228139, 10), 0.05, 1e-6);
    EXPECT_NEAR(student_p_value(-2.228139, 10), 0.05, 1e-6);
    EXPECT_NEAR(chi_square_quantile(0.95, 10), 18.30704, 1e-5);
    EXPECT_NEAR(chi_square_p_value(3.841459, 1), 0.05, 1e-6);
}

TEST(Distributions, CountBinomialSuccessesByHand) {
    EXPECT_EQ(binomial_cdf(-1, 10, 0.5), 0);
    EXPECT_NEAR(binomial_cdf(2, 10, 0.5), 56.0 / 1024, 1e-12);
    EXPECT_EQ(binomial_cdf(10, 10, 0.5), 1);
}

}  // namespace
}  // namespace blockscope
