#include "blockscope/metric/supernet_metric.hpp"

#include <gmock/gmock.h>

#include "blockscope/base/error.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;

std::string problem(const std::string& name) {
    try {
        parse_supernet_metric(name);
    } catch (const Error& e) {
        return e.what();
    }
    return "";
}

TEST(SupernetMetricName, IsTakenApart) {
    const auto plain = parse_supernet_metric("supernet:a/net.pth@images");
    EXPECT_EQ(plain.checkpoint, "a/net.pth");
    EXPECT_EQ(plain.images, "images");
    EXPECT_EQ(plain.top, 1);
    EXPECT_EQ(plain.accuracy.images, 0U);
    EXPECT_EQ(plain.accuracy.calibration, 2000U);
    const auto full = parse_supernet_metric(
        "supernet:n@1.pth@i#mages#images=500,top=5,calibration=64,calibration_batch=16,batch=8,"
        "repeats=3,centre=1,classes=c.csv,cache=kept");
    EXPECT_EQ(full.checkpoint, "n@1.pth");
    EXPECT_EQ(full.images, "i#mages");
    EXPECT_EQ(full.top, 5);
    EXPECT_EQ(full.accuracy.images, 500U);
    EXPECT_EQ(full.accuracy.calibration, 64U);
    EXPECT_EQ(full.accuracy.calibration_batch, 16);
    EXPECT_EQ(full.accuracy.batch, 8);
    EXPECT_EQ(full.accuracy.repeats, 3);
    EXPECT_EQ(full.accuracy.centre, 1);
    EXPECT_EQ(full.accuracy.class_map, "c.csv");
    EXPECT_EQ(full.accuracy.cache, "kept");
    EXPECT_EQ(plain.accuracy.shared_bytes, std::size_t{1} << 30);
    EXPECT_EQ(parse_supernet_metric("supernet:a@b#share=0").accuracy.shared_bytes, 0U);
    EXPECT_EQ(parse_supernet_metric("supernet:a@b#share=3").accuracy.shared_bytes, 3U << 20);
}

TEST(SupernetMetricName, MistakesAreNamed) {
    EXPECT_THAT(problem("supernet:net.pth"), HasSubstr("is not supernet:CHECKPOINT@IMAGEDIR"));
    EXPECT_THAT(problem("supernet:@images"), HasSubstr("is not supernet:CHECKPOINT@IMAGEDIR"));
    EXPECT_THAT(problem("supernet:a@b#image=3"), HasSubstr("did you mean 'images'?"));
    EXPECT_THAT(problem("supernet:a@b#images=0"), HasSubstr("images cannot be '0'"));
    EXPECT_THAT(problem("supernet:a@b#share=-1"), HasSubstr("share cannot be '-1'"));
    EXPECT_THAT(problem("supernet:a@b#top=3"), HasSubstr("top cannot be '3'"));
    EXPECT_THAT(problem("supernet:a@b#batch=100000"), HasSubstr("batch cannot be '100000'"));
    EXPECT_THAT(problem("supernet:a@b#centre=1.5"), HasSubstr("centre cannot be '1.5'"));
}

}  // namespace
}  // namespace blockscope
