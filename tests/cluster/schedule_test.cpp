#include "blockscope/cluster/schedule.hpp"

#include <algorithm>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "blockscope/base/random.hpp"

namespace blockscope {
namespace {

/// Ranks that take so many seconds for a task, and what becomes of a schedule with them: time
/// passes from event to event.
struct Simulated {
    std::vector<double> cost_s;
    std::vector<double> dies_at_s;  ///< says nothing from then on
    std::vector<double> ends = {};  ///< when each had its last

    std::vector<int> answers = {};  ///< of each task
    std::vector<Handout> handouts = {};

    double run(std::size_t tasks, const ScheduleOptions& options,
               const std::vector<std::size_t>& borders = {}) {
        const int ranks = static_cast<int>(cost_s.size());
        Schedule schedule(tasks, ranks, options, borders);
        answers.assign(tasks, 0);
        ends.assign(cost_s.size(), 0);
        struct Event {
            double at;
            int rank;
            Handout handout;
        };
        std::vector<Event> events;
        std::vector<double> free(cost_s.size(), 0);
        double now = 0;
        while (!schedule.done()) {
            for (int rank = 0; rank < ranks; ++rank) {
                while (const auto handout = schedule.next(rank, now)) {
                    handouts.push_back(*handout);
                    const auto size = static_cast<double>(handout->last - handout->first);
                    free[rank] = std::max(free[rank], now) + size * cost_s[rank];
                    if (free[rank] < dies_at_s[rank])
                        events.push_back({free[rank], rank, *handout});
                }
            }
            const auto next =
                std::min_element(events.begin(), events.end(),
                                 [](const Event& a, const Event& b) { return a.at < b.at; });
            if (next == events.end()) {
                now += options.silence_s / 4 + 1e-3;
            } else {
                const Event event = *next;
                events.erase(next);
                now = std::max(now, event.at);
                const auto size = static_cast<double>(event.handout.last - event.handout.first);
                for (const auto i : schedule.answered(event.rank, event.handout.number,
                                                      size * cost_s[event.rank], now)) {
                    ++answers[i];
                }
                ends[event.rank] = now;
            }
            (void)schedule.suspects(now);
            if (now > 1e7) ADD_FAILURE() << "never done";
            if (now > 1e7) return now;
        }
        return now;
    }
};

constexpr double never = 1e300;

RC_GTEST_PROP(Schedule, AnswersEveryTaskOnceWhoeverDies, (std::uint32_t seed)) {
    Rng rng(seed);
    Simulated team;
    const std::size_t ranks = 1 + rng.below(8);
    for (std::size_t r = 0; r < ranks; ++r) {
        team.cost_s.push_back(1e-4 * (1 + rng.below(10000)));
        team.dies_at_s.push_back(r > 0 && rng.below(3) == 0 ? 3 * rng.uniform() : never);
    }
    ScheduleOptions options;
    options.silence_s = 0.5 + rng.uniform();
    const std::size_t tasks = rng.below(500);
    std::vector<std::size_t> borders;
    for (std::size_t i = 1; i < tasks; ++i) {
        if (rng.below(50) == 0) borders.push_back(i);
    }
    team.run(tasks, options, borders);
    for (const int n : team.answers) RC_ASSERT(n == 1);
    for (const auto& h : team.handouts) {
        RC_ASSERT(h.first < h.last);
        for (const auto b : borders) RC_ASSERT(b <= h.first || b >= h.last);
    }
}

TEST(Schedule, KeepsFastAndSlowRanksBusyToTheEnd) {
    Simulated team{{1e-3, 1e-3, 4e-3, 20e-3}, {never, never, never, never}};
    const double took = team.run(20000, {});
    const double best = 20000 / (1000.0 + 1000 + 250 + 50);
    EXPECT_LT(took, 1.02 * best);
    for (const double end : team.ends) EXPECT_GT(end, 0.95 * took);
}

TEST(Schedule, SizesMessagesByWhatTasksCost) {
    Simulated cheap{{1e-6, 1e-6}, {never, never}};
    cheap.run(1000000, {});
    EXPECT_LT(cheap.handouts.size(), 100U);
    Simulated dear{{60, 60}, {never, never}};
    dear.run(20, {});
    EXPECT_EQ(dear.handouts.size(), 20U) << "one at a time, none waiting behind another";
}

TEST(Schedule, GivesAHungRanksWorkToOthersAndTakesWhatItSaysLater) {
    ScheduleOptions options;
    options.silence_s = 10;
    Schedule schedule(2, 2, options);
    const auto slow = schedule.next(0, 0);
    const auto quick = schedule.next(1, 0);
    ASSERT_TRUE(slow && quick);
    EXPECT_FALSE(schedule.next(1, 0));
    EXPECT_EQ(schedule.answered(1, quick->number, 1, 1), (std::vector<std::size_t>{1}));
    EXPECT_TRUE(schedule.suspects(9).empty());
    EXPECT_EQ(schedule.suspects(11), (std::vector<int>{0}));
    EXPECT_EQ(schedule.active(), 1);
    EXPECT_EQ(schedule.left(), 2);
    const auto again = schedule.next(1, 11);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->first, 0U);
    EXPECT_EQ(schedule.answered(0, slow->number, 12, 12), (std::vector<std::size_t>{0}));
    EXPECT_TRUE(schedule.done());
    EXPECT_TRUE(schedule.answered(1, again->number, 1, 13).empty()) << "the second answer";
    EXPECT_EQ(schedule.active(), 2) << "it is heard again";
}

TEST(Schedule, OfNothingIsDone) {
    Schedule schedule(0, 3, {});
    EXPECT_TRUE(schedule.done());
    EXPECT_FALSE(schedule.next(0, 0));
}

}  // namespace
}  // namespace blockscope
