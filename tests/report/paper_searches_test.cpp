#include "blockscope/report/paper_searches.hpp"

#include <map>

#include <gmock/gmock.h>

#include "tests/test_data.hpp"

namespace blockscope {
namespace {

TEST(PaperSearches, WithoutDataSaysWhatEachPanelNeeds) {
    PaperNumbers numbers({});
    const auto rows = paper_searches(numbers, {});
    ASSERT_EQ(rows.size(), 11U) << "eight panels of Figure 8, three searches of Table 2";
    for (const auto& row : rows) {
        EXPECT_EQ(row.claim, Claim::not_checkable);
        EXPECT_THAT(row.why, testing::HasSubstr("needs"));
    }
}

// Few seeds and short profiles; the searches are whole. What is derived beats what the paper chose.
TEST(PaperSearches, DerivedSpacesHoldWithThePublishedPredictors) {
    NEEDS_DATA("predictors/ofa_mbv3_latency_npu.safetensors");
    NEEDS_DATA("original/note10");
    PaperInputs inputs;
    inputs.predictors = (data_directory() / "predictors").string();
    inputs.lut = (data_directory() / "original" / "note10").string();
    inputs.n = 5000;
    PaperNumbers numbers(inputs);
    PaperSearchOptions options;
    options.seeds = 2;
    std::map<std::string, std::map<Claim, int>> count;
    for (const auto& row : paper_searches(numbers, options)) {
        if (row.claimed.empty()) continue;
        ++count[row.claimed.substr(0, 5)][row.claim];
        if (row.claim != Claim::fails || !row.claimed.starts_with("blockscope: at least")) continue;
        ADD_FAILURE() << row.panel << ", " << row.first << " to " << row.second << ", "
                      << row.claimed << ": " << row.difference.value;
    }
    EXPECT_EQ(count["block"][Claim::fails], 6) << "two seeds cannot reach p < 0.01";
    EXPECT_EQ(count["paper"][Claim::not_checkable], 0);
}

}  // namespace
}  // namespace blockscope
