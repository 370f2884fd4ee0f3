#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "program.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;

constexpr const char* arch = "\"{'ks':3,'e':3,'d':[2,2,2,2,3]}\"";

TEST(Explain, SaysWhatEachSingleChangeBuys) {
    const auto ran = run(std::string("explain ofa-mbv3 --by change --json --metric params "
                                     "--metric macs --arch ") +
                         arch);
    ASSERT_EQ(ran.code, 0) << ran.text;
    const auto json = nlohmann::json::parse(ran.text);
    EXPECT_EQ(json["metrics"][1]["unit_of_measure"], "MACs");
    // 11 layers of 8 other blocks, 5 units with a further layer of 9, and one layer less
    EXPECT_EQ(json["changes"].size(), 11U * 8 + 5 * 9 + 1);
    for (const auto& change : json["changes"]) {
        if (change["change"] != "U5-L3 MBConv3-3 to MBConv3-5") continue;
        // 16 more taps for each of 3 * 192 channels, at 7 x 7
        EXPECT_EQ(change["params"], 16 * 576);
        EXPECT_EQ(change["macs"], 16 * 576 * 49);
        EXPECT_NEAR(change["rate"].get<double>(), 1.0 / 49, 1e-4);
    }
    // both are to be small, and only one change makes them so
    EXPECT_EQ(json["changes"][0]["change"], "U5 without L3");
    EXPECT_EQ(json["changes"][0]["front"], "yes");
    EXPECT_EQ(json["changes"][1]["front"], "no");
}

TEST(Explain, RefusesWhatItCannotTellChangesOf) {
    const auto several =
        run(std::string("explain ofa-mbv3 --metric params --metric macs --arch ") + arch);
    EXPECT_EQ(several.code, 2);
    EXPECT_THAT(several.text, HasSubstr("--by change"));
    const auto measured =
        run(std::string("explain ofa-mbv3 --by change --metric latency/host --arch ") + arch);
    EXPECT_EQ(measured.code, 3);
    EXPECT_THAT(measured.text, HasSubstr("noise"));
}

}  // namespace
}  // namespace blockscope
