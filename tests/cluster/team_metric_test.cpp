#include "blockscope/cluster/team_metric.hpp"

#include <atomic>
#include <cmath>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "blockscope/cluster/team_of_one.hpp"
#include "blockscope/cluster/wire.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"
#include "blockscope/study/remembered.hpp"

#include "local_team.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;

/// So that what others do comes first, on however busy a machine.
void wait_until(const std::atomic<int>& count, int enough) {
    while (count < enough) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

/// What a rank's metric does beside giving numbers.
struct Behaviour {
    std::function<void()> before = [] {};  ///< each evaluation
    std::string weights = "w1";
};

/// The value is the first depth and the resolution; networks with a first depth of 2 fail.
class DepthMetric : public Metric {
public:
    explicit DepthMetric(Behaviour b) : behaviour_(std::move(b)) {}
    const MetricInfo& info() const override { return info_; }
    Facts facts() const override { return {{"weights", behaviour_.weights}}; }
    MetricColumn evaluate(const DesignSpace&, std::span<const Architecture> archs,
                          Progress* progress) override {
        MetricColumn column;
        for (std::size_t i = 0; i < archs.size(); ++i) {
            behaviour_.before();
            if (progress != nullptr) progress->update("x", 0, 1);
            const bool fails = archs[i].depth[0] == 1;
            column.values.push_back(fails ? std::nan("") : archs[i].depth[0] + archs[i].resolution);
            if (fails) column.failures.emplace_back(i, "too deep");
        }
        return column;
    }

    /// Gives up where the value is no more than the bound, and says so of half a trial more.
    MetricColumn evaluate_or_give_up(const DesignSpace& s, std::span<const Architecture> archs,
                                     std::span<const double> bounds, Progress* progress) override {
        auto column = evaluate(s, archs, progress);
        for (std::size_t i = 0; i < bounds.size(); ++i) {
            if (column.values[i] <= bounds[i]) column.given_up.push_back({i, bounds[i], i % 2});
        }
        return column;
    }

private:
    MetricInfo info_{"depth", "depth", "", Direction::neither, false, "made up", true};
    Behaviour behaviour_;
};

const DesignSpace& space() {
    static const DesignSpace loaded = load_space("ofa-mbv3");
    return loaded;
}

/// Rank 0 here, the others in threads.
class LocalCrew {
public:
    LocalCrew(std::vector<Behaviour> behaviours, double silence_s = 60)
        : ranks(static_cast<int>(behaviours.size())), leader(ranks, 0) {
        for (int rank = 1; rank < ranks.size(); ++rank) {
            threads.emplace_back([this, rank, b = behaviours[rank]] {
                LocalTeam team(ranks, rank);
                serve(team, [&](const std::string& text) -> OpenedMetric {
                    if (text == "broken") throw Error("no such metric");
                    return opened(rank, b);
                });
            });
        }
        CrewOptions options;
        options.silence_s = silence_s;
        options.tell = [this](const std::string& line) {
            told += line + "\n";
            ++tellings;
        };
        crew = std::make_unique<Crew>(leader, options);
        own = behaviours[0];
    }
    ~LocalCrew() {
        if (!dismissed) crew->dismiss(0);
        for (auto& thread : threads) thread.join();
    }

    static OpenedMetric opened(int rank, const Behaviour& b) {
        return {std::make_shared<DesignSpace>(space()),
                std::make_shared<DepthMetric>(b),
                {{"host", "host" + std::to_string(rank)}}};
    }
    std::unique_ptr<TeamMetric> metric() {
        return std::make_unique<TeamMetric>(opened(0, own), *crew,
                                            [](int) { return std::string("depth"); });
    }

    LocalRanks ranks;
    LocalTeam leader;
    Behaviour own;
    std::vector<std::thread> threads;
    std::unique_ptr<Crew> crew;
    std::string told;
    std::atomic<int> tellings = 0;
    bool dismissed = false;
};

std::vector<Architecture> some_archs(std::size_t n) {
    auto archs = sample(space(), n, Rng(3), 224);
    for (std::size_t i = 0; i < n / 2; ++i) archs[i].resolution = 160;
    return archs;
}

void expect_as_alone(const MetricColumn& column, std::span<const Architecture> archs) {
    const auto alone = DepthMetric({}).evaluate(space(), archs, nullptr);
    ASSERT_EQ(column.values.size(), alone.values.size());
    for (std::size_t i = 0; i < archs.size(); ++i) {
        if (std::isnan(alone.values[i])) {
            EXPECT_TRUE(std::isnan(column.values[i])) << i;
        } else {
            EXPECT_EQ(column.values[i], alone.values[i]) << i;
        }
    }
    EXPECT_EQ(column.failures, alone.failures);
}

TEST(TeamMetric, GivesWhatOneProcessGivesForAnyNumberOfRanks) {
    const auto archs = some_archs(400);
    for (const std::size_t ranks : {1, 2, 3, 5}) {
        LocalCrew crew{std::vector<Behaviour>(ranks)};
        const auto metric = crew.metric();
        expect_as_alone(metric->evaluate(space(), archs, nullptr), archs);
        expect_as_alone(metric->evaluate(space(), std::span(archs).first(1), nullptr),
                        std::span(archs).first(1));
        EXPECT_EQ(crew.told, "");
    }
}

TEST(TeamMetric, GivesUpOnTheSameForAnyNumberOfRanks) {
    const auto archs = some_archs(40);
    std::vector<double> bounds(archs.size(), 227);  // depths 2 to 4 at 224; all at 160
    bounds[30] = std::nan("");
    for (const std::size_t ranks : {1, 3}) {
        LocalCrew crew{std::vector<Behaviour>(ranks)};
        const auto metric = crew.metric();
        for (const std::size_t n : {archs.size(), std::size_t{1}}) {  // one is not cut into parts
            const auto some = std::span(archs).first(n);
            const auto column = metric->evaluate_or_give_up(space(), some, bounds, nullptr);
            const auto alone = DepthMetric({}).evaluate(space(), some, nullptr);
            std::vector<std::size_t> hopeless;
            std::vector<std::size_t> found;
            for (std::size_t i = 0; i < n; ++i) {
                if (alone.values[i] <= bounds[i]) hopeless.push_back(i);
            }
            for (const auto& part : column.given_up) {
                found.push_back(part.index);
                EXPECT_EQ(part.at_best, 227);
            }
            EXPECT_EQ(found, hopeless);
            EXPECT_EQ(column.values.size(), n);
        }
    }
}

TEST(TeamMetric, GoesOnWithoutARankThatHangs) {
    const auto archs = some_archs(60);
    std::vector<Behaviour> behaviours(3);
    LocalCrew* all = nullptr;
    std::atomic<int> evaluated = 0;
    behaviours[2].before = [&] {
        if (++evaluated == 5) all->ranks.silence(2);
    };
    for (auto* b : {&behaviours[0], &behaviours[1]}) b->before = [&] { wait_until(evaluated, 5); };
    LocalCrew crew(behaviours, 0.3);
    all = &crew;
    const auto metric = crew.metric();
    expect_as_alone(metric->evaluate(space(), archs, nullptr), archs);
    EXPECT_THAT(crew.told, HasSubstr("rank 2 on host2 is silent, others get its work"));
    expect_as_alone(metric->evaluate(space(), archs, nullptr), archs);
    crew.crew->dismiss(0);
    crew.dismissed = true;
    EXPECT_TRUE(crew.ranks.left_without);
}

TEST(TeamMetric, GoesOnWithoutARankThatLosesItsDevice) {
    const auto archs = some_archs(60);
    std::vector<Behaviour> behaviours(3);
    std::atomic<int> evaluated = 0;
    behaviours[1].before = [&] {
        if (++evaluated >= 5) throw Error("device a lost: unplugged", Fault::device);
    };
    for (auto* b : {&behaviours[0], &behaviours[2]}) b->before = [&] { wait_until(evaluated, 5); };
    LocalCrew crew(behaviours);
    const auto metric = crew.metric();
    expect_as_alone(metric->evaluate(space(), archs, nullptr), archs);
    EXPECT_THAT(crew.told, HasSubstr("rank 1 on host1 gets no more work: device a lost"));
}

TEST(TeamMetric, EndsWithTheLastRanksReasonAndWhatArrivedIsStored) {
    const auto archs = some_archs(200);
    std::vector<Behaviour> behaviours(2);
    std::atomic<int> evaluated = 0;
    for (auto& b : behaviours) {
        b.before = [&] {
            if (++evaluated >= 100) throw Error("unplugged", Fault::device);
        };
    }
    LocalCrew crew(behaviours);
    Study study("");
    const auto metric = remembered(crew.metric(), study);
    try {
        metric->evaluate(space(), archs, nullptr);
        FAIL() << "no error";
    } catch (const Error& e) {
        EXPECT_EQ(e.fault(), Fault::device);
        EXPECT_THAT(e.what(), HasSubstr("no rank of 2 is left to go on; rank"));
        EXPECT_THAT(e.what(), HasSubstr("unplugged"));
    }
    EXPECT_GT(study.evaluation_count(), 0U);
    EXPECT_LE(study.evaluation_count(), 99U);
}

TEST(TeamMetric, LeavesOutRanksWhoseValuesRestOnSomethingElse) {
    const auto archs = some_archs(50);
    std::vector<Behaviour> behaviours(3);
    behaviours[1].weights = "w2";
    LocalCrew* all = nullptr;
    for (auto& b : behaviours) b.before = [&] { wait_until(all->tellings, 1); };
    behaviours[1].before = [] { ADD_FAILURE() << "was asked"; };
    LocalCrew crew(behaviours);
    all = &crew;
    const auto metric = crew.metric();
    expect_as_alone(metric->evaluate(space(), archs, nullptr), archs);
    EXPECT_THAT(crew.told, HasSubstr("rank 1 on host1 gets no more work: its values would rest on "
                                     "something else (weights: 'w2', and 'w1' of rank 0)"));
}

TEST(TeamMetric, IsRememberedAsItArrivesAndNothingIsEvaluatedTwice) {
    const auto archs = some_archs(300);
    std::atomic<std::size_t> evaluated = 0;
    std::vector<Behaviour> behaviours(3);
    for (auto& b : behaviours) b.before = [&] { ++evaluated; };
    LocalCrew crew(behaviours);
    Study study("");
    const auto metric = remembered(crew.metric(), study);
    expect_as_alone(metric->evaluate(space(), archs, nullptr), archs);
    const std::size_t once = evaluated;
    EXPECT_EQ(study.evaluation_count(), once);
    const auto again = metric->evaluate(space(), archs, nullptr);
    const auto failed = DepthMetric({}).evaluate(space(), archs, nullptr).failures.size();
    EXPECT_LE(evaluated, once + failed) << "only what failed is tried again";
}

TEST(TeamMetric, StopsWhenToldTo) {
    struct StopSoon : Progress {
        void update(std::string_view, double done, double) override { done_ = done; }
        bool stop_requested() const override { return done_ > 0; }
        double done_ = 0;
    } progress;
    const auto archs = some_archs(5000);
    std::vector<Behaviour> behaviours(3);
    for (auto& b : behaviours) {
        b.before = [] { std::this_thread::sleep_for(std::chrono::milliseconds(1)); };
    }
    LocalCrew crew(behaviours);
    const auto metric = crew.metric();
    const auto column = metric->evaluate(space(), archs, &progress);
    EXPECT_GT(column.failures.size(), 1000U);
    EXPECT_EQ(column.failures.back().second, "not reached before the evaluation was stopped");
    expect_as_alone(metric->evaluate(space(), std::span(archs).first(20), nullptr),
                    std::span(archs).first(20));
}

TEST(Wire, ReturnsWhatItWasGiven) {
    Telegram sent;
    sent.kind = Telegram::Kind::done;
    sent.done = {3, 4, 5, {{1, std::nan("")}, {0.5, 0}, {{1, "no"}}, {{0, 2, 7}}}, 0.25};
    sent.done.samples = {{1, 2, 3, 4, 5, true}};
    sent.done.reference_ms = 7;
    sent.done.worker = {{{"host", "a"}}, {{"load", "1"}}};
    sent.done.remarks = {"r"};
    sent.done.error = "e";
    sent.done.fault = Fault::device;
    const auto got = unpacked(packed(sent)).done;
    EXPECT_EQ(got.number, 5U);
    EXPECT_EQ(got.column.values[0], 1);
    EXPECT_EQ(got.column.failures, sent.done.column.failures);
    ASSERT_EQ(got.column.given_up.size(), 1U);
    EXPECT_EQ(got.column.given_up[0].trials, 7U);
    EXPECT_EQ(got.samples[0].cpu_ms, 4);
    EXPECT_EQ(got.reference_ms, 7);
    EXPECT_EQ(got.worker.facts, sent.done.worker.facts);
    EXPECT_EQ(got.remarks, sent.done.remarks);
    EXPECT_EQ(got.fault, Fault::device);
    sent.kind = Telegram::Kind::job;
    sent.job = {1, 2, 3, "d", some_archs(4), {1, 2, 3, 4}};
    EXPECT_EQ(unpacked(packed(sent)).job.archs, sent.job.archs);
    EXPECT_EQ(unpacked(packed(sent)).job.bounds, sent.job.bounds);
    const auto bytes = packed(sent);
    for (std::size_t n = 0; n < bytes.size(); ++n) {
        EXPECT_THROW(unpacked(std::string_view(bytes).substr(0, n)), Error) << n;
    }
}

TEST(Team, OfOneNeedsNoMpi) {
    const auto team = join_team(false);
    EXPECT_EQ(team->rank(), 0);
    EXPECT_EQ(team->size(), 1);
    team->leave(true, 0);
    EXPECT_NE(team_support().text, "");
}

}  // namespace
}  // namespace blockscope
