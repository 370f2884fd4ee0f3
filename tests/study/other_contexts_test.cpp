#include "blockscope/study/other_contexts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;

TEST(ContextDifference, NamesWhatDiffersAndWhatOneSideLacks) {
    const Facts here{{"processor", "B"}, {"cores", "2"}, {"visits", "1"}};
    EXPECT_EQ(context_difference(here, here), "");
    EXPECT_EQ(context_difference({{"processor", "A"}, {"cores", "2"}}, here),
              "processor: 'A' there, 'B' here");
    EXPECT_EQ(context_difference({{"processor", "B"}, {"visits", "4"}}, here),
              "cores: not stored there, '2' here");
}

TEST(OtherContexts, AreThoseOfTheSameMetricAndSpaceThatDiffer) {
    Study study("");
    const auto space = load_space("ofa-mbv3");
    const auto archs = sample(space, 3, Rng(1), 224);
    MetricInfo info;
    info.name = "latency/host";
    info.unit = "ms";
    const StudyContext here{"h", {{"processor", "B"}, {"visits", "1"}}};
    const StudyContext more_visits{"v", {{"processor", "B"}, {"visits", "4"}}};
    const StudyContext there{"t", {{"processor", "A"}, {"visits", "1"}}};
    MetricColumn column;
    column.values = {1, 2, 3};
    for (const auto* context : {&here, &more_visits}) {
        study.record(space, info, *context, archs, column, 1);
    }
    EXPECT_TRUE(other_contexts(study, space, info, here).empty());
    EXPECT_NO_THROW(refuse_other_contexts({}, here, info, "s.sqlite"));
    study.record(space, info, there, archs, column, 1);
    const auto others = other_contexts(study, space, info, here);
    ASSERT_EQ(others.size(), 1U);
    EXPECT_EQ(others[0].context.key, "t");
    EXPECT_EQ(others[0].values, 3U);
    EXPECT_TRUE(other_contexts(study, load_space("resnet50"), info, here).empty());
    try {
        refuse_other_contexts(others, here, info, "s.sqlite");
        FAIL();
    } catch (const Error& e) {
        EXPECT_THAT(e.what(), HasSubstr("s.sqlite"));
        EXPECT_THAT(e.what(), HasSubstr("processor: 'A' there, 'B' here"));
        EXPECT_THAT(e.what(), HasSubstr("--across-contexts"));
    }
}

}  // namespace
}  // namespace blockscope
