#include "blockscope/study/repeated.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/measure/robust_mean.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"
#include "blockscope/stats/distributions.hpp"

#include "tests/study/study_files.hpp"

namespace blockscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace fs = std::filesystem;

/// A device on which networks take 10 ms and scatter as asked; its clock is a counter.
class FakeDevice : public Metric, public Measured {
public:
    explicit FakeDevice(double scatter) : scatter_(scatter) {
        info_ = {"latency/fake", "fake_ms", "ms", Direction::smaller_is_better, true, "fake", true};
    }
    const MetricInfo& info() const override { return info_; }
    MetricColumn evaluate(const DesignSpace&, std::span<const Architecture> archs,
                          Progress*) override {
        MetricColumn column;
        samples_.clear();
        samples_.push_back({0, 0.001 * static_cast<double>(evaluations), 4, 4, 0, true});
        for (std::size_t i = 0; i < archs.size(); ++i) {
            const bool refused = archs[i].depth[0] == 4;
            const double v = 10 + scatter_ * (rng_.uniform() - 0.5);
            column.values.push_back(refused ? std::nan("") : v);
            if (refused) column.failures.emplace_back(i, "too deep");
            if (!refused) {
                samples_.push_back({i, 0.001 * static_cast<double>(evaluations), v, v, 0, false});
            }
            ++evaluations;
        }
        column.spread.assign(archs.size(), std::nan(""));
        return column;
    }
    Measured* measured() override { return this; }
    void set_visits(int) override {}
    MachineContext context() const override { return {}; }
    bool by_cpu_time() const override { return true; }
    std::span<const LatencySample> samples() const override { return samples_; }
    std::optional<double> reference_ms(int) const override { return 4; }
    void scale_to(int, double) override {}

    int evaluations = 0;

private:
    MetricInfo info_;
    double scatter_;
    Rng rng_{1};
    std::vector<LatencySample> samples_;
};

class MeasureRepeatedly : public testing::Test {
protected:
    std::vector<RepeatedLatency> measure(double scatter, const RepeatPlan& plan,
                                         Progress* progress = nullptr) {
        Study study(file_);
        auto fake = std::make_unique<FakeDevice>(scatter);
        FakeDevice& device = *fake;
        const auto metric = remembered(std::move(fake), study, {"here", {}});
        auto results = measure_repeatedly(*metric, space_, archs_, plan, progress);
        evaluations_ = device.evaluations;
        return results;
    }
    void TearDown() override { fs::remove_all(file_.parent_path()); }

    DesignSpace space_ = load_space("ofa-mbv3");
    std::vector<Architecture> archs_{parse_architecture(space_, "{'ks':3,'e':3,'d':2,'r':[160]}"),
                                     parse_architecture(space_, "{'ks':7,'e':6,'d':3,'r':[192]}"),
                                     parse_architecture(space_, "{'ks':3,'e':3,'d':2,'r':[160]}")};
    fs::path file_ = [] {
        const auto folder =
            fs::temp_directory_path() / ("blockscope_repeated_" + std::to_string(::getpid()));
        fs::create_directories(folder);
        return folder / "study.sqlite";
    }();
    int evaluations_ = 0;
};

TEST_F(MeasureRepeatedly, VisitsEachNetworkAsOftenAsAskedAndOneAskedTwiceOnce) {
    const auto results = measure(0.1, {.visits = 5});
    ASSERT_EQ(results.size(), 3);
    for (const auto& r : results) {
        EXPECT_EQ(r.visits, 5);
        EXPECT_NEAR(r.ms.value, 10, 0.1);
        EXPECT_LE(r.ms.low, r.ms.value);
        EXPECT_THAT(r.doubts, IsEmpty());
    }
    EXPECT_EQ(results[0].ms.value, results[2].ms.value);
    EXPECT_EQ(evaluations_, 10);
}

TEST_F(MeasureRepeatedly, GoesOnWhereItWasAndThenMeasuresNothing) {
    const auto first = measure(0.1, {.visits = 3});
    EXPECT_EQ(evaluations_, 6);
    const auto more = measure(0.1, {.visits = 5});
    EXPECT_EQ(evaluations_, 4);
    const auto again = measure(0.1, {.visits = 5});
    EXPECT_EQ(evaluations_, 0);
    EXPECT_EQ(again[1].ms.value, more[1].ms.value);
    EXPECT_EQ(again[1].visits, 5);
}

TEST_F(MeasureRepeatedly, StopsEarlyWherePreciseAndSaysWhereNot) {
    const auto precise = measure(0.01, {.visits = 50, .spread = 0.01});
    EXPECT_EQ(precise[0].visits, 10);
    fs::remove(file_);
    const auto vague = measure(9, {.visits = 12, .spread = 0.01});
    EXPECT_EQ(vague[0].visits, 12);
    EXPECT_THAT(vague[0].doubts, testing::Contains(HasSubstr("1.0 % was asked for")));
}

TEST_F(MeasureRepeatedly, KeepsARowForANetworkThatFailsAndAsksItOnce) {
    archs_.push_back(parse_architecture(space_, "{'ks':3,'e':3,'d':4,'r':[160]}"));
    const auto results = measure(0.1, {.visits = 3});
    EXPECT_EQ(results[3].failure, "too deep");
    EXPECT_TRUE(std::isnan(results[3].ms.value));
    EXPECT_EQ(results[3].visits, 0);
    EXPECT_EQ(evaluations_, 2 * 3 + 1);
}

TEST_F(MeasureRepeatedly, EndsWithItsBudget) {
    const auto results = measure(0.1, {.visits = 1000000, .budget_s = 0.05});
    EXPECT_GE(results[0].visits, 1);
    EXPECT_LT(results[0].visits, 1000000);
}

// Normal noise of 2 %; stopping at the first lucky look covered in 88 %.
TEST(Enough, StopsLateEnoughForIntervalsToHold) {
    const RepeatPlan plan{.visits = 60, .spread = 0.01};
    Rng rng(1);
    int covered = 0;
    double visits = 0;
    constexpr int networks = 1000;
    for (int n = 0; n < networks; ++n) {
        std::vector<StoredVisit> of;
        while (!enough(of, plan)) {
            const double z = normal_quantile(1e-12 + rng.uniform() * (1 - 2e-12));
            of.push_back({10 * (1 + 0.02 * z), 0, 0, 0});
        }
        std::vector<double> values;
        for (const auto& v : of) values.push_back(v.value);
        const Estimate e = interval(robust_mean(values), plan.level);
        covered += e.low <= 10 && 10 <= e.high ? 1 : 0;
        visits += static_cast<double>(of.size());
    }
    EXPECT_GE(covered, 905);
    EXPECT_LT(visits / networks, 35);
}

}  // namespace
}  // namespace blockscope
