#include "blockscope/base/text.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace blockscope {
namespace {

RC_GTEST_PROP(Split, JoinedBackIsTheText, (const std::string& text, char separator)) {
    std::string joined;
    std::size_t parts = 0;
    for (const auto part : split(text, separator)) {
        RC_ASSERT(part.find(separator) == std::string_view::npos);
        if (parts++ > 0) joined += separator;
        joined += part;
    }
    RC_ASSERT(parts > 0U);
    RC_ASSERT(joined == text);
}

TEST(Split, KeepsEmptyParts) {
    EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
    EXPECT_EQ(split(",a,", ','), (std::vector<std::string_view>{"", "a", ""}));
}

TEST(Trim, TakesBlanksOffBothEndsOnly) {
    EXPECT_EQ(trim(" \t a b\r\n\v\f"), "a b");
    EXPECT_EQ(trim(" \n "), "");
    EXPECT_EQ(trim(""), "");
    EXPECT_EQ(trim("\xc2\xa0x"), "\xc2\xa0x");  // bytes above 127 are text
}

// Doubles by their bits: every exponent is as likely, subnormals and infinities included.
RC_GTEST_PROP(RoundTrip, ReadsBackTheSameBits, (std::uint64_t bits)) {
    const auto value = std::bit_cast<double>(bits);
    double back = 0;
    if (std::isnan(value)) {
        RC_ASSERT(round_trip(value).empty());
    } else {
        RC_ASSERT(parse_number(round_trip(value), back));
        RC_ASSERT(std::bit_cast<std::uint64_t>(back) == bits);
    }
}

TEST(RoundTrip, IsTheShortestTextAndLeavesTheUnknownEmpty) {
    EXPECT_EQ(round_trip(0.1), "0.1");
    EXPECT_EQ(round_trip(0.1 + 0.2), "0.30000000000000004");
    EXPECT_EQ(round_trip(-0.0), "-0");
    EXPECT_EQ(round_trip(std::numeric_limits<double>::denorm_min()), "5e-324");
    EXPECT_EQ(round_trip(std::nan("")), "");
}

TEST(Significant, ShowsTheDigitsAskedForWithoutAnExponent) {
    EXPECT_EQ(significant(1234.5678, 6), "1234.57");
    EXPECT_EQ(significant(0.0123456, 3), "0.0123");
    EXPECT_EQ(significant(-0.0123456, 3), "-0.0123");
    EXPECT_EQ(significant(123456789.0), "123456789");
    EXPECT_EQ(significant(1e-7), "0.0000001000");
    EXPECT_EQ(significant(999.96, 4), "1000");
    EXPECT_EQ(significant(-0.99996, 4), "-1.000");
    EXPECT_EQ(significant(9.5, 1), "10");
    EXPECT_EQ(significant(999999999999999.5, 4), "1000000000000000");
    EXPECT_EQ(significant(0), "0");
    EXPECT_EQ(significant(std::nan("")), "-");
    EXPECT_EQ(significant(std::numeric_limits<double>::infinity()), "-");
}

// Between the limits, whatever the value: as many digits as asked, near the value, no exponent.
RC_GTEST_PROP(Significant, IsNearTheValueAndHasTheDigits, (std::uint64_t bits)) {
    const int digits = *rc::gen::inRange(1, 17);
    const double exponent = *rc::gen::inRange(-150, 150) / 10.0;
    const double value = (1 + static_cast<double>(bits >> 11) * 0x1p-53) * std::pow(10, exponent);
    RC_PRE(value >= 1e-15 && value < 1e15);
    const auto text = significant(value, digits);
    double shown = 0;
    RC_ASSERT(parse_number(text, shown));
    RC_ASSERT(text.find('e') == std::string::npos);
    RC_ASSERT(std::abs(shown - value) <= 0.5000001 * std::pow(10, 1 - digits) * value);
    std::size_t count = 0;
    bool leading = true;
    for (const char c : text) {
        leading = leading && (c == '0' || c == '.');
        if (!leading && c != '.') ++count;
    }
    const auto before_point = text.find('.') == std::string::npos ? text.size() : text.find('.');
    RC_ASSERT(count == std::max<std::size_t>(digits, shown < 1 ? 0 : before_point));
}

TEST(ParseNumber, WantsTheWholeText) {
    double real = 0;
    long long whole = 0;
    EXPECT_TRUE(parse_number("-1.5e3", real));
    EXPECT_EQ(real, -1500);
    EXPECT_TRUE(parse_number("-42", whole));
    EXPECT_EQ(whole, -42);
    for (const char* text : {"", " 1", "1 ", "1,5", "1x", "0x10", "--1", "e5", "+1"}) {
        EXPECT_FALSE(parse_number(text, real)) << text;
        EXPECT_FALSE(parse_number(text, whole)) << text;
    }
    EXPECT_FALSE(parse_number("1e999", real));
    EXPECT_FALSE(parse_number("1.5", whole));
    EXPECT_FALSE(parse_number("9223372036854775808", whole));
}

TEST(DidYouMean, SuggestsOnlyWhatIsNear) {
    const std::vector<std::string> names{"macs", "params", "activation_bytes"};
    EXPECT_EQ(did_you_mean("mac", names), " (did you mean 'macs'?)");
    EXPECT_EQ(did_you_mean("activaton_byte", names), " (did you mean 'activation_bytes'?)");
    EXPECT_EQ(did_you_mean("frequency", names), "");
    EXPECT_EQ(did_you_mean(std::string(1 << 20, 'x'), names), "");
    EXPECT_EQ(did_you_mean("macs", {}), "");
}

TEST(QuotedList, ReadsAsASentence) {
    EXPECT_EQ(quoted_list({}), "");
    EXPECT_EQ(quoted_list(std::vector<std::string>{"a"}), "'a'");
    EXPECT_EQ(quoted_list(std::vector<std::string>{"a", "b", "c"}), "'a', 'b' and 'c'");
}

// Test vectors of the FNV authors, 64-bit FNV-1a: "", "a" and "foobar".
TEST(ContentHash, IsFnv1a) {
    EXPECT_EQ(content_hash(""), "cbf29ce484222325");
    EXPECT_EQ(content_hash("a"), "af63dc4c8601ec8c");
    EXPECT_EQ(content_hash("foobar"), "85944171f73967e8");
}

}  // namespace
}  // namespace blockscope
