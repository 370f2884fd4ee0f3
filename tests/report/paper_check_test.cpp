#include "blockscope/report/paper_check.hpp"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"

namespace blockscope {
namespace {

PaperRow number(double printed, double tolerance) {
    return {"", "", "", {}, constant(0), printed, printed, tolerance, ""};
}

TEST(Verdict, OfANumberAsksForTheValueAndAShortEnoughInterval) {
    const auto row = number(10, 0.5);
    EXPECT_EQ(verdict(row, exactly(10.5)), Verdict::pass);
    EXPECT_EQ(verdict(row, exactly(10.51)), Verdict::fail);
    EXPECT_EQ(verdict(row, {10.4, 10.2, 10.7}), Verdict::pass);
    EXPECT_EQ(verdict(row, {10.6, 10.4, 10.8}), Verdict::not_checkable);
    EXPECT_EQ(verdict(row, {10.8, 10.6, 11.0}), Verdict::fail);
    EXPECT_EQ(verdict(row, {10, 9, 11}), Verdict::not_checkable) << "wider than what is accepted";
    EXPECT_EQ(verdict(row, {}), Verdict::not_checkable);
    Estimate without_interval;
    without_interval.value = 10.6;
    EXPECT_EQ(verdict(row, without_interval), Verdict::fail);
}

TEST(Verdict, OfAnInequalityAsksForTheWholeInterval) {
    auto row = number(0, 0);
    row.printed_high = unbounded;
    EXPECT_EQ(verdict(row, {1, 0.1, 2}), Verdict::pass);
    EXPECT_EQ(verdict(row, {1, -0.1, 2}), Verdict::not_checkable);
    EXPECT_EQ(verdict(row, {-1, -2, -0.1}), Verdict::fail);
    EXPECT_EQ(printed_text(row), "> 0");
}

/// Rows that can be checked without any file.
std::vector<PaperResult> without_data() {
    PaperNumbers numbers({});
    return check_paper(paper_rows(), numbers);
}

const PaperResult& find(const std::vector<PaperResult>& results, const std::string& source,
                        const std::string& what) {
    const auto found = std::find_if(results.begin(), results.end(), [&](const auto& r) {
        return r.row.source == source && r.row.what == what;
    });
    if (found == results.end()) throw Error("no row '" + what + "' of " + source);
    return *found;
}

TEST(PaperCheck, WithoutDataPassesWhatNeedsNoneAndSaysWhatTheRestNeeds) {
    const auto results = without_data();
    std::size_t passed = 0;
    for (const auto& r : results) {
        SCOPED_TRACE(r.row.source + ": " + r.row.what);
        EXPECT_NE(r.verdict, Verdict::fail);
        EXPECT_FALSE(r.row.why.empty());
        EXPECT_EQ(r.reason.empty(), r.verdict == Verdict::pass);
        passed += r.verdict == Verdict::pass;
        if (std::string(r.row.metric.id) == "note10") {
            EXPECT_EQ(r.reason, "needs OFA's Note10 tables (--lut)");
        }
    }
    EXPECT_GE(passed, 80);
    EXPECT_EQ(find(results, "Figure 2", "NPU latency, OFA: MBConv6-7").reason,
              "needs the predictor ofa_mbv3_latency_npu (--predictors)");
}

// Space size: 10^19 (paper, section 4). ResNet50: 2 x 3.4236 G MACs, the closed form under the
// code's depths. FLOPs: 2 x 410.05 + 3.9, the table under the same.
TEST(PaperCheck, KnownAnswers) {
    const auto results = without_data();
    EXPECT_NEAR(find(results, "claim 31", "OFA: architectures, power of ten").ours.value, 19.3,
                0.1);
    EXPECT_EQ(find(results, "claim 31", "OFA: placements to profile").ours.value, 180);
    const auto& resnet = find(results, "Figure 4", "FLOPS, ResNet50: C100-B35");
    EXPECT_EQ(resnet.row.printed_low, 6.997);
    EXPECT_NEAR(resnet.ours.value, 6.8472, 1e-4);
    EXPECT_EQ(resnet.ours.low, resnet.ours.high);
    EXPECT_NEAR(find(results, "Figure 2", "FLOPS, OFA: MBConv6-7").ours.value, 823.997, 1e-3);
    EXPECT_NEAR(find(results, "code", "ofa-mbv3, layer 3 fixed: the block is active").ours.value,
                2.0 / 3, 1e-12);
}

// A table that passes whatever it says checks nothing.
TEST(PaperCheck, FailsEveryRowWhoseExpectationIsTamperedWith) {
    PaperNumbers numbers({});
    std::vector<PaperRow> tampered;
    for (const auto& r : without_data()) {
        if (r.verdict != Verdict::pass) continue;
        auto row = r.row;
        const double shift = 2 * row.tolerance + 0.05 * std::abs(r.ours.value) + 0.01;
        row.printed_low = std::isinf(row.printed_low) ? row.printed_low : r.ours.value + shift;
        row.printed_high = std::isinf(row.printed_high) ? row.printed_high : r.ours.value + shift;
        if (std::isinf(row.printed_low)) row.printed_high = r.ours.value - shift;
        tampered.push_back(std::move(row));
    }
    ASSERT_GE(tampered.size(), 80);
    for (const auto& r : check_paper(tampered, numbers)) {
        EXPECT_EQ(r.verdict, Verdict::fail) << r.row.source << ": " << r.row.what;
    }
}

TEST(PaperNumbers, RefusesAFolderWithoutAPublishedPredictor) {
    const auto folder = std::filesystem::path(testing::TempDir()) / "no_predictors";
    std::filesystem::create_directories(folder);
    PaperInputs inputs;
    inputs.predictors = folder.string();
    EXPECT_THROW(PaperNumbers{inputs}, Error);
    inputs.predictors += "/absent";
    EXPECT_THROW(PaperNumbers{inputs}, Error);
}

}  // namespace
}  // namespace blockscope
