#include "blockscope/measure/engine_comparison.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "blockscope/network/cost.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;

TEST(MedianNetwork, HasHalfOfTheOthersBelowIt) {
    const auto space = load_space("resnet50");
    const auto a = median_network(space, 224, 1);
    const auto archs = sample(space, 1001, Rng(1), 224);
    const auto table = count_table(space, 224, Count::macs);
    const auto below = std::count_if(archs.begin(), archs.end(), [&](const Architecture& other) {
        return table.value(other) < table.value(a);
    });
    EXPECT_LE(below, 500);
    EXPECT_GT(below, 450) << "ties apart";
}

TEST(EngineComparison, RunsEveryEngineThereIs) {
    const auto space = load_space("ofa-mbv3-w1.0");
    const auto result = compare_engines(space, sample(space, 1, Rng(1), 128)[0], {}, 3, 0.95);
    const auto reports = engine_reports();
    ASSERT_EQ(result.engines.size(), reports.size());
    for (const auto& share : result.engines) {
        EXPECT_EQ(share.gflop_per_s > 0, share.engine.available) << share.failure;
        if (share.engine.name == "onednn") {
            EXPECT_EQ(share.of_default.value, 1);
        }
    }
    EXPECT_NE(verdict_on_default(result), "no engine ran");
}

EngineShare share_of(const std::string& name, double ratio, double low, double high) {
    EngineShare share;
    share.engine.name = name;
    share.of_default = {ratio, low, high};
    return share;
}

TEST(VerdictOnDefault, SaysWhenAnotherEngineIsFasterByMoreThan15PerCent) {
    EngineComparison c;
    EXPECT_EQ(verdict_on_default(c), "no engine ran");
    c.engines = {share_of("onednn", 1, 1, 1), share_of("xnnpack", 1.3, 1.2, 1.4)};
    EXPECT_THAT(verdict_on_default(c), HasSubstr("is the fastest"));
    c.engines.push_back(share_of("onnxruntime", 0.95, 0.94, 0.96));
    EXPECT_THAT(verdict_on_default(c), HasSubstr("+5 % (+4 to +6) of onnxruntime's time, within"));
    c.engines.back() = share_of("onnxruntime", 0.8, 0.79, 0.81);
    EXPECT_THAT(verdict_on_default(c), HasSubstr("MORE THAN 15 %"));
    c.engines.back() = share_of("onnxruntime", 0.87, 0.85, 0.9);
    EXPECT_THAT(verdict_on_default(c), HasSubstr("not known"));
}

}  // namespace
}  // namespace blockscope
