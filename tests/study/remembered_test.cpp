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

/// Of networks with a first depth of 3 or more it gives up, after 5 trials, if they must be better
/// than something: at best they are 1.5.
class GivingUpMetric : public CountingMetric {
public:
    MetricColumn evaluate_or_give_up(const DesignSpace& space, std::span<const Architecture> archs,
                                     std::span<const double> bounds, Progress* progress) override {
        auto column = evaluate(space, archs, progress);
        column.spread.clear();
        for (std::size_t i = 0; i < bounds.size(); ++i) {
            if (std::isnan(bounds[i]) || archs[i].depth[0] < 3) continue;
            column.given_up.push_back({i, 1.5, 5});
            column.values[i] = 2.5;
        }
        return column;
    }
};

TEST_F(RememberedMetricTest, RemembersWhatWasGivenUpOnForWhoAsksNoMore) {
    const auto wrapped = [&](Study& study, CountingMetric*& inside) {
        auto metric = std::make_unique<GivingUpMetric>();
        inside = metric.get();
        return remembered(std::move(metric), study, {"here", {}});
    };
    const std::vector<double> bounds(archs.size(), 1.0);  // smaller is better
    std::vector<std::size_t> deep;
    for (std::size_t i = 0; i < archs.size(); ++i) {
        if (archs[i].depth[0] >= 3) deep.push_back(i);
    }
    const auto check = [&](const MetricColumn& column) {
        ASSERT_EQ(column.given_up.size(), deep.size());
        for (std::size_t k = 0; k < deep.size(); ++k) {
            EXPECT_EQ(column.given_up[k].index, deep[k]);
            EXPECT_EQ(column.given_up[k].at_best, 1.5);
            EXPECT_EQ(column.given_up[k].trials, 5U);
            EXPECT_EQ(column.values[deep[k]], 2.5);
        }
    };
    CountingMetric* inside = nullptr;
    {
        Study study(folder / "a.study");
        const auto metric = wrapped(study, inside);
        check(metric->evaluate_or_give_up(space, archs, bounds));
        EXPECT_EQ(inside->asked, archs.size());
    }
    Study study(folder / "a.study");
    auto metric = wrapped(study, inside);
    check(metric->evaluate_or_give_up(space, archs, bounds));
    EXPECT_EQ(inside->asked, 0U);
    EXPECT_TRUE(std::isnan(metric->recall(space, archs).values[deep[0]]));  // it is no value
    EXPECT_EQ(metric->seconds_of_tried(space, archs).size(), deep[0]);
    // who would take 1.5 has it evaluated, and who takes everything
    const std::vector<double> loose(archs.size(), 2.0);
    metric->evaluate_or_give_up(space, std::span(archs).subspan(deep[0], 1),
                                std::span(loose).first(1));
    EXPECT_EQ(inside->asked, 1U);
    const auto whole = metric->evaluate(space, archs);
    EXPECT_EQ(inside->asked, 1 + deep.size());
    EXPECT_TRUE(whole.given_up.empty());
    EXPECT_EQ(whole.values[deep[0]], archs[deep[0]].depth[0]);
    EXPECT_TRUE(metric->evaluate_or_give_up(space, archs, bounds).given_up.empty());
}

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
        const auto seconds = metric->seconds_of_tried(space, archs);
        ASSERT_EQ(seconds.size(), archs.size());
        EXPECT_GT(seconds.back(), 0);
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
    EXPECT_LT(inside->calls, 20) << "resolutions that take turns must not make batches of one";
    EXPECT_GT(study.seconds_spent(space, some_metric(), "here", 192), 0);
    EXPECT_GT(study.seconds_spent(space, some_metric(), "here", 224), 0);
    EXPECT_EQ(study.seconds_spent(space, some_metric(), "here", 160), 0);
}

TEST_F(RememberedMetricTest, RecallsTheLeadingPartThatWasTriedAndEvaluatesNothing) {
    Study study(folder / "a.study");
    CountingMetric* inside = nullptr;
    const auto metric = wrap(study, inside);
    inside->broken_depth = archs[3].depth[0];
    metric->evaluate(space, std::span(archs).first(10));
    inside->asked = 0;
    const auto column = metric->recall(space, archs);
    EXPECT_EQ(inside->asked, 0);
    EXPECT_TRUE(std::isnan(column.values[3]));
    EXPECT_EQ(column.failures.front().second, "broken");
    EXPECT_EQ(column.failures.back().second, "never evaluated");
    EXPECT_EQ(metric->seconds_of_tried(space, archs).size(), 10) << "a failure was tried too";
}

TEST_F(RememberedMetricTest, OffersTheLayerTableOfTheMetricInside) {
    Study study(folder / "a.study");
    const auto metric = remembered(make_count_metric("macs"), study);
    ASSERT_TRUE(metric->additive(space, 224).has_value());
    EXPECT_EQ(metric->evaluate(space, archs).values[0],
              metric->additive(space, 224)->value(archs[0]));
}

/// Times a network as its first depth, on a machine whose reference network takes `machine_ms`.
class TimingMetric : public Metric, public Measured {
public:
    explicit TimingMetric(double machine_ms) : machine_ms_(machine_ms) {}

    const MetricInfo& info() const override { return info_; }
    Measured* measured() override { return this; }
    MetricColumn evaluate(const DesignSpace&, std::span<const Architecture> archs,
                          Progress*) override {
        if (!reference_ms_) reference_ms_ = machine_ms_;
        samples_ = {{0, 0.5, machine_ms_, machine_ms_, 0, true}};
        MetricColumn column;
        for (std::size_t i = 0; i < archs.size(); ++i) {
            const double ms = archs[i].depth[0] * machine_ms_;
            samples_.push_back({i, 1.0 + static_cast<double>(i), ms, ms, 0, false});
            column.values.push_back(ms * *reference_ms_ / machine_ms_);
        }
        return column;
    }
    void set_visits(int) override {}
    MachineContext context() const override { return {{{"machine", "made up"}}, {}}; }
    bool by_cpu_time() const override { return true; }
    std::span<const LatencySample> samples() const override { return samples_; }
    std::optional<double> reference_ms(int) const override { return reference_ms_; }
    void scale_to(int, double ms) override { reference_ms_ = ms; }

private:
    MetricInfo info_ = some_metric();
    double machine_ms_;
    std::optional<double> reference_ms_;
    std::vector<LatencySample> samples_;
};

TEST_F(RememberedMetricTest, ScalesALaterSessionToTheReferenceOfTheFirst) {
    const auto session = [&](double machine_ms, std::span<const Architecture> part) {
        Study study(folder / "a.study");
        auto metric = std::make_unique<TimingMetric>(machine_ms);
        auto context = context_of(*metric);
        EXPECT_EQ(context.facts.front().second, "made up");
        return remembered(std::move(metric), study, std::move(context))->evaluate(space, part);
    };
    session(10, std::span(archs).first(100));
    const auto column = session(15, archs);  // the machine slowed down between the sessions
    for (std::size_t i = 0; i < archs.size(); ++i) {
        EXPECT_DOUBLE_EQ(column.values[i], 10 * archs[i].depth[0]) << i;
    }
}

// the first session's reference time was a bad one for all: 10, 15 and 15 ms were seen
TEST_F(RememberedMetricTest, RescalesToTheReferencesMedianOverAllSessions) {
    Study study(folder / "a.study");
    std::unique_ptr<RememberedMetric> metric;
    for (const double machine_ms : {10.0, 15.0, 15.0}) {
        auto timing = std::make_unique<TimingMetric>(machine_ms);
        auto context = context_of(*timing);
        metric = remembered(std::move(timing), study, std::move(context));
        metric->evaluate_again(space, std::span(archs).first(1), 1e9);
    }
    EXPECT_EQ(metric->reference_ms(space, 224), 10);
    EXPECT_EQ(metric->quality(space, 224)->reference_ms, 15);
    std::vector<double> values(2, 10);
    auto two = std::vector{archs[0], archs[0]};
    two[1].resolution = 192;  // where nothing was measured
    metric->rescale(space, two, values);
    EXPECT_DOUBLE_EQ(values[0], 15);
    EXPECT_DOUBLE_EQ(values[1], 10);
}

TEST_F(RememberedMetricTest, StoresTheTimedRunsAndJudgesThemOverAllSessions) {
    Study study(folder / "a.study");
    for (const std::size_t n : {100, 200}) {
        auto timing = std::make_unique<TimingMetric>(10);
        auto context = context_of(*timing);
        const auto metric = remembered(std::move(timing), study, std::move(context));
        EXPECT_EQ(metric->quality(space, 224).has_value(), n > 100);
        metric->evaluate(space, std::span(archs).first(n));
        const auto quality = metric->quality(space, 224);
        ASSERT_TRUE(quality.has_value());
        EXPECT_EQ(quality->networks, n);
        EXPECT_EQ(quality->reference_ms, 10);
        EXPECT_EQ(quality->drift, 0);
        EXPECT_EQ(quality->wall_over_cpu, 1);
        std::size_t runs = 0;
        for (const auto& session : metric->sessions(space, 224)) {
            for (const auto& sample : session.samples) runs += sample.is_reference ? 0 : 1;
        }
        EXPECT_EQ(runs, n);
    }
}

}  // namespace
}  // namespace blockscope
