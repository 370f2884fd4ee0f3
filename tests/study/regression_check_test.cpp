#include "blockscope/study/regression_check.hpp"

#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "blockscope/base/error.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;
using What = RegressionLimit::What;

TEST(RegressionLimits, AreReadWithAndWithoutALevel) {
    const auto limits = parse_limits("slower>3%@99%, overall faster > 0.5 % ,lost", 0.9, "here");
    ASSERT_EQ(limits.size(), 3U);
    EXPECT_EQ(limits[0].what, What::slower);
    EXPECT_FALSE(limits[0].overall);
    EXPECT_DOUBLE_EQ(limits[0].share, 0.03);
    EXPECT_DOUBLE_EQ(limits[0].level, 0.99);
    EXPECT_EQ(limits[0].text, "slower>3%@99%");
    EXPECT_EQ(limits[1].what, What::faster);
    EXPECT_TRUE(limits[1].overall);
    EXPECT_DOUBLE_EQ(limits[1].share, 0.005);
    EXPECT_DOUBLE_EQ(limits[1].level, 0.9);
    EXPECT_EQ(limits[1].text, "overall faster > 0.5 %");
    EXPECT_EQ(limits[2].what, What::lost);
}

std::string complaint(const char* text) {
    try {
        parse_limits(text, 0.95, "--fail-if");
    } catch (const Error& e) {
        return e.what();
    }
    return "fine";
}

TEST(RegressionLimits, SayWhereTheyAreWrong) {
    EXPECT_THAT(complaint("slower>3@99%"),
                HasSubstr("--fail-if 'slower>3@99%':9: expected '%', not '@99%'"));
    EXPECT_THAT(complaint(""), HasSubstr(":1: expected 'slower', 'faster', 'overall' or 'lost'"));
    EXPECT_THAT(complaint("slow>3%"), HasSubstr(":1: expected 'slower'"));
    EXPECT_THAT(complaint("slower<3%"), HasSubstr(":7: expected '>', not '<3%'"));
    EXPECT_THAT(complaint("slower>x%"), HasSubstr(":8: expected a number"));
    EXPECT_THAT(complaint("slower>1.2.3%"), HasSubstr(":8: expected a number"));
    EXPECT_THAT(complaint("slower>3%@100%"), HasSubstr(":11: expected a level"));
    EXPECT_THAT(complaint("slower>3%@0%"), HasSubstr(":11: expected a level"));
    EXPECT_THAT(complaint("slower>3% lost"), HasSubstr(":11: expected ',' or the end"));
    EXPECT_THAT(complaint("slower>3%,"), HasSubstr(":11: expected 'slower'"));
    EXPECT_THAT(complaint("overall lost"), HasSubstr(":9: expected 'slower' or 'faster'"));
    EXPECT_THAT(complaint("slower>3%@"), HasSubstr(":11: expected a number, not 'the end'"));
}

// Nearly everything is wrong somewhere, and the place lies in the text or right behind it.
RC_GTEST_PROP(RegressionLimits, AreEitherReadOrRefusedWithAPlace, ()) {
    const auto parts = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
        "slower", "faster", "overall", "lost", ">", "3", "1e9", "%", "@", ",", " ", "-", ".", "x"));
    std::string text;
    for (const auto& part : parts) text += part;
    try {
        for (const auto& limit : parse_limits(text, 0.95, "")) {
            RC_ASSERT(limit.share >= 0 && limit.level > 0 && limit.level < 1);
            const auto again = parse_limits(limit.text, limit.level, "");
            RC_ASSERT(again.size() == 1U);
            RC_ASSERT(again[0].what == limit.what && again[0].overall == limit.overall);
            RC_ASSERT(again[0].share == limit.share && again[0].level == limit.level);
        }
    } catch (const Error& e) {
        const std::string message = e.what();
        const auto place = message.find("':", text.size()) + 2;
        const auto column = std::stoul(message.substr(place));
        RC_ASSERT(column >= 1U && column <= text.size() + 1);
    }
}

NetworkChange change(double log_ratio) {
    NetworkChange c;
    c.log_ratio = {log_ratio, 0.01, 1e6};
    return c;
}

// 3.89 and 3.72 standard errors are the one-sided 1/20,000 and 1/10,000
TEST(RegressionCheck, HasThreeAnswersForEachNetwork) {
    Regression r;
    for (const double z : {5.0, 0.0, -5.0}) r.networks.push_back(change(std::log(1.03) + 0.01 * z));
    r.overall = {0, 0.001, 2};
    const auto checks = check_limits(r, parse_limits("slower>3%@99%,overall slower>3%", 0.95, ""));
    EXPECT_THAT(checks[0].networks,
                testing::ElementsAre(Passed::yes, Passed::undecided, Passed::no));
    EXPECT_EQ(checks[0].passed, Passed::yes);
    // of three networks, one-sided: 2.7131 standard errors (0.01 / 3) and 0.8416 for 8 in 10
    EXPECT_NEAR(checks[0].found_8_in_10, 1.03 * std::exp(0.01 * (2.7131 + 0.8416)) - 1, 1e-5);
    EXPECT_TRUE(checks[1].networks.empty());
    EXPECT_EQ(checks[1].passed, Passed::no);
}

TEST(RegressionCheck, IsStricterAmongMoreNetworks) {
    const double found_alone = std::log(1.03) + 0.01 * 2.5;  // one-sided p 0.0062
    Regression one, many;
    one.networks = {change(found_alone)};
    many.networks.assign(50, change(0));
    many.networks.push_back(change(found_alone));
    const auto limit = parse_limits("slower>3%@99%", 0.95, "");
    EXPECT_EQ(check_limits(one, limit)[0].passed, Passed::yes);
    EXPECT_EQ(check_limits(many, limit)[0].passed, Passed::undecided);
}

}  // namespace
}  // namespace blockscope
