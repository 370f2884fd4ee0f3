#include "blockscope/study/remembered.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "blockscope/metric/count_metric.hpp"
#include "blockscope/space/sampling.hpp"

#include "study_files.hpp"

namespace blockscope {
namespace {

/// Counts what it is asked for; the value of an architecture is its first depth.
class CountingMetric : public Metric {
public:
    MetricInfo metric_info = some_metric();
    std::size_t asked = 0;
    std::size_t calls = 0;
    int broken_depth = -1;  ///< architectures with this first depth fail
    const MetricInfo& info() const override { return metric_info; }
    MetricColumn evaluate(const DesignSpace&, std::span<const Architecture> archs,
                          Progress* progress) override {
        ++calls;
        asked += archs.size();
        MetricColumn column;
        bool stopped = false;
        for (std::size_t i = 0; i < archs.size(); ++i) {
            stopped = stopped || (progress != nullptr && progress->stop_requested());
            const bool fails = stopped || archs[i].depth[0] == broken_depth;
            column.values.push_back(fails ? std::nan("") : archs[i].depth[0]);
            column.spread.push_back(fails ? std::nan("") : 0.5);
            if (fails) column.failures.emplace_back(i, stopped ? "stopped" : "broken");
            if (progress != nullptr) {
                progress->update("counting", static_cast<double>(i + 1),
                                 static_cast<double>(archs.size()));
            }
        }
        return column;
    }
};

struct Fixture : testing::Test {
    Folder folder;
    DesignSpace space = load_space("ofa-mbv3");
    std::vector<Architecture> archs = sample(space, 200, Rng(3), 224);

    std::unique_ptr<RememberedMetric> wrap(Study& study, CountingMetric*& inside) {
        auto metric = std::make_unique<CountingMetric>();
        inside = metric.get();
        return remembered(std::move(metric), study, {"here", {}});
    }
};
using RememberedMetricTest = Fixture;

TEST_F(RememberedMetricTest, EvaluatesNothingTwiceNotEvenAfterReopening) {
    CountingMetric* inside = nullptr;
    {
        Study study(folder / "a.study");
        const auto metric = wrap(study, inside);
        const auto first = metric->evaluate(space, std::span(archs).first(120));
        EXPECT_EQ(inside->asked, 120);
        const auto again = metric->evaluate(space, archs);
        EXPECT_EQ(inside->asked, 200);
        EXPECT_EQ(metric->answered_from_study(), 120);
        EXPECT_GT(metric->seconds_spent(space, 224), 0);
        for (std::size_t i = 0; i < archs.size(); ++i)
            EXPECT_EQ(again.values[i], archs[i].depth[0]);
    }
    Study study(folder / "a.study");
    const auto metric = wrap(study, inside);
    const auto column = metric->evaluate(space, archs);
    EXPECT_EQ(inside->calls, 0);
    ASSERT_EQ(column.spread.size(), archs.size());
    EXPECT_EQ(column.spread[7], 0.5);
    EXPECT_EQ(column.values[7], archs[7].depth[0]);
    EXPECT_TRUE(column.failures.empty());
}

TEST_F(RememberedMetricTest, AsksOnceForArchitecturesThatComeTwice) {
    Study study(folder / "a.study");
    CountingMetric* inside = nullptr;
    const auto metric = wrap(study, inside);
    const auto column = metric->evaluate(space, std::vector<Architecture>(10, archs[0]));
    EXPECT_EQ(inside->asked, 1);
    EXPECT_EQ(column.values, std::vector<double>(10, archs[0].depth[0]));
}

TEST_F(RememberedMetricTest, KeepsFailuresAsHistoryAndTriesThemAgain) {
    Study study(folder / "a.study");
    CountingMetric* inside = nullptr;
    const auto metric = wrap(study, inside);
    inside->broken_depth = archs[0].depth[0];
    const auto before = metric->evaluate(space, archs);
    ASSERT_FALSE(before.failures.empty());
    EXPECT_EQ(before.failures.front(), (std::pair<std::size_t, std::string>(0, "broken")));
    EXPECT_EQ(study.evaluation_count(), archs.size());
    const auto failed = before.failures.size();
    inside->asked = 0;
    inside->broken_depth = -1;
    EXPECT_TRUE(metric->evaluate(space, archs).failures.empty());
    EXPECT_EQ(inside->asked, failed);
}

TEST_F(RememberedMetricTest, StoresEveryBatchAsSoonAsItIsThere) {
    Study study(folder / "a.study");
    struct Watch : Progress {
        const Study* study = nullptr;
        std::size_t seen = 0;
        double last = 0;
        bool fell = false;
        void update(std::string_view, double done, double total) override {
            EXPECT_EQ(total, 200);
            fell = fell || done < last;
            last = done;
            seen = std::max(seen, study->evaluation_count());
        }
    } watch;
    watch.study = &study;
    CountingMetric* inside = nullptr;
    wrap(study, inside)->evaluate(space, archs, &watch);
    EXPECT_GT(watch.seen, 0) << "nothing was stored before the end";
    EXPECT_LT(watch.seen, archs.size());
    EXPECT_FALSE(watch.fell);
    EXPECT_EQ(watch.last, 200);
    EXPECT_EQ(study.evaluation_count(), archs.size());
}

struct StopAfter : Progress {
    explicit StopAfter(int n) : left(n) {}
    mutable int left;
    void update(std::string_view, double, double) override {}
    bool stop_requested() const override { return left-- <= 0; }
};

TEST_F(RememberedMetricTest, ReturnsWhatItHasWhenStoppedAndStoresWholeBatchesOfANoisyMetric) {
    Study study(folder / "a.study");
    CountingMetric* inside = nullptr;
    const auto metric = wrap(study, inside);
    StopAfter stop(30);  // within the second batch
    const auto column = metric->evaluate(space, archs, &stop);
    EXPECT_EQ(column.values.size(), archs.size());
    const std::size_t values = archs.size() - column.failures.size();
    EXPECT_EQ(values, 29);  // one of the 30 looks was between the batches
    EXPECT_EQ(study.evaluation_count(), 16);
    EXPECT_EQ(column.failures.back().second, "not reached before the evaluation was stopped");
    inside->asked = 0;
    EXPECT_TRUE(metric->evaluate(space, archs).failures.empty());
    EXPECT_EQ(inside->asked, archs.size() - 16);
}

TEST_F(RememberedMetricTest, StoresAllAnExactMetricFoundBeforeItWasStopped) {
    Study study(folder / "a.study");
    CountingMetric* inside = nullptr;
    const auto metric = wrap(study, inside);
    inside->metric_info.noisy = false;
    StopAfter stop(30);
    metric->evaluate(space, archs, &stop);
    EXPECT_EQ(study.evaluation_count(), 29) << "and no row for what was not reached";
}

TEST_F(RememberedMetricTest, CountsSecondsByResolution) {
    Study study(folder / "a.study");
    CountingMetric* inside = nullptr;
    const auto metric = wrap(study, inside);
    for (std::size_t i = 0; i < archs.size(); i += 2) archs[i].resolution = 192;
    EXPECT_TRUE(metric->evaluate(space, archs).failures.empty());
    EXPECT_GT(metric->seconds_spent(space, 192), 0);
    EXPECT_GT(metric->seconds_spent(space, 224), 0);
    EXPECT_EQ(metric->seconds_spent(space, 160), 0);
}

TEST_F(RememberedMetricTest, OffersTheLayerTableOfTheMetricInside) {
    Study study(folder / "a.study");
    const auto metric = remembered(make_count_metric("macs"), study);
    ASSERT_TRUE(metric->additive(space, 224).has_value());
    EXPECT_EQ(metric->evaluate(space, archs).values[0],
              metric->additive(space, 224)->value(archs[0]));
}

}  // namespace
}  // namespace blockscope
