#include "blockscope/insight/envelope.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace blockscope {
namespace {

Option option(double price, double benefit, double error = 0) {
    return {0, plus_minus(benefit, error), plus_minus(price, error)};
}

TEST(Envelope, DistancesOfFourPointsByHand) {
    // the line from (0, 0) to (4, 4) passes (1, 1) and (2, 2)
    const std::vector<Option> options{option(0, 0), option(1, 0.25), option(2, 3), option(4, 4)};
    EXPECT_DOUBLE_EQ(gap(options, {}, 1, 0, 1).value, 1.5 - 0.25);  // line (0, 0) to (2, 3)
    EXPECT_DOUBLE_EQ(gap(options, {}, 2, 0, 1).value, 2 - 3);
    EXPECT_DOUBLE_EQ(gap(options, {}, 3, 0, 1).value, 3 - 4);
    EXPECT_TRUE(std::isinf(gap(options, {}, 0, 0, 1).value));  // nothing is as cheap
    const std::vector<char> out{0, 0, 1, 0};
    EXPECT_DOUBLE_EQ(gap(options, out, 1, 0, 1).value, 1 - 0.25);
}

TEST(Envelope, TieLetsAnOptionThatIsHardlyDearerCompete) {
    const std::vector<Option> options{option(1.00, 1), option(1.01, 5)};
    EXPECT_TRUE(std::isinf(gap(options, {}, 0, 0, 1).value));
    EXPECT_DOUBLE_EQ(gap(options, {}, 0, 0.02, 1).value, 4);
}

TEST(Envelope, ErrorsAddInSquaresAndDoubtfulPricesCount) {
    // one dominating option: benefit errors 0.3 and 0.4 make 0.5; prices surely apart
    std::vector<Option> options{{0, plus_minus(1, 0.3), plus_minus(9, 0.1)},
                                {1, plus_minus(3, 0.4), plus_minus(2, 0.1)}};
    Estimate g = gap(options, {}, 0, 0, 7);
    EXPECT_DOUBLE_EQ(g.value, 2);
    EXPECT_NEAR(g.low, 1.5, 1e-12);
    // prices 0.1 apart with an error of 0.5: 0.4 of it is in doubt, at 7 a unit
    options[0].price = plus_minus(2.1, 0.3);
    options[1].price = plus_minus(2.0, 0.4);
    g = gap(options, {}, 0, 0, 7);
    EXPECT_NEAR(g.low, 1.5 - 0.4 * 7, 1e-12);
    // half-way on a line of slope 2: sqrt(1 + 1/4 + 1/4) of either error, the price's twice
    options = {option(0, 0, 0.1), option(1, 0, 0.1), option(2, 4, 0.1)};
    g = gap(options, {}, 1, 0, 7);
    EXPECT_DOUBLE_EQ(g.value, 2);
    EXPECT_NEAR(g.high - g.value, 0.1 * std::sqrt(1.5 * (1 + 4)), 1e-12);
}

TEST(Envelope, UnknownOptionsTakeNoPart) {
    const std::vector<Option> options{option(2, 1), {1, {}, plus_minus(1, 0)}};
    EXPECT_TRUE(std::isinf(gap(options, {}, 0, 0, 1).value));
    EXPECT_FALSE(gap(options, {}, 1, 0, 1).value > 0);
}

TEST(Envelope, QuotientsAreUnknownWhereTheDenominatorMayBeNothing) {
    const Estimate q = quotient(plus_minus(6, 1), plus_minus(2, 0.5));
    EXPECT_DOUBLE_EQ(q.value, 3);
    EXPECT_DOUBLE_EQ(q.low, 2);  // 5 / 2.5
    EXPECT_DOUBLE_EQ(q.high, 7.0 / 1.5);
    EXPECT_TRUE(std::isnan(quotient(plus_minus(6, 1), plus_minus(0.1, 0.2)).value));
}

}  // namespace
}  // namespace blockscope
