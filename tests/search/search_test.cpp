#include "blockscope/search/search.hpp"

#include <cmath>
#include <cstdio>
#include <set>

#include <gmock/gmock.h>

#include "blockscope/base/error.hpp"
#include "blockscope/metric/count_metric.hpp"
#include "blockscope/search/dominance.hpp"
#include "blockscope/search/hypervolume.hpp"
#include "blockscope/search/limit_search.hpp"
#include "blockscope/search/search_files.hpp"
#include "blockscope/space/table_range.hpp"

#include "tests/profile/small_space.hpp"
#include "tests/search/test_metrics.hpp"

namespace blockscope {
namespace {

const Algorithm algorithms[] = {Algorithm::random_mutation, Algorithm::nsga2,
                                Algorithm::regularized_evolution, Algorithm::random};

/// 6,528 networks with a table of random terms to maximise and one to minimise.
struct TwoTables {
    DesignSpace space = small_space();
    std::unique_ptr<Metric> gain = table("gain", 1);
    std::unique_ptr<Metric> price = table("price", 2);
    Problem problem{space,
                    {32},
                    {gain.get(), price.get()},
                    {{0, Direction::larger_is_better}, {1, Direction::smaller_is_better}},
                    {}};

    static std::unique_ptr<Metric> table(const std::string& name, std::uint64_t seed) {
        MetricInfo info;
        info.name = info.column = name;
        info.unit = "points";
        return make_table_metric(
            info, [seed](const DesignSpace& s, int) { return random_table(s, seed); });
    }
    Costs costs_of_all() const {
        const Population population(space);
        std::vector<std::vector<double>> columns{gain->evaluate(space, population.archs).values,
                                                 price->evaluate(space, population.archs).values};
        return costs_of(columns,
                        std::vector{Direction::larger_is_better, Direction::smaller_is_better});
    }
};

SearchOptions small_options(Algorithm algorithm) {
    SearchOptions options;
    options.algorithm = algorithm;
    options.initial = 50;
    options.iterations = 15;
    options.children = 50;
    return options;
}

double volume_of_best(const SearchRun& run, const std::vector<double>& reference) {
    Costs costs{2, {}};
    for (const auto i : run.best) {
        costs.values.insert(costs.values.end(), {-run.values[0][i], run.values[1][i]});
    }
    return hypervolume(costs, reference);
}

TEST(Search, GivesTheFrontOfWhatItSaw) {
    const TwoTables tables;
    for (const auto algorithm : algorithms) {
        const auto run = search(tables.problem, small_options(algorithm));
        EXPECT_EQ(run.asked, 800U) << to_string(algorithm);
        EXPECT_EQ(std::set(run.archs.begin(), run.archs.end()).size(), run.archs.size());
        EXPECT_EQ(run.iteration.size(), run.archs.size());
        EXPECT_EQ(run.iteration.back(), 15U);
        const auto costs = costs_of(
            run.values, std::vector{Direction::larger_is_better, Direction::smaller_is_better});
        auto best = run.best;
        for (std::size_t i = 1; i < best.size(); ++i) {
            EXPECT_LT(run.values[0][best[i]], run.values[0][best[i - 1]]);
        }
        std::sort(best.begin(), best.end());
        EXPECT_EQ(best, front(costs, Ties::keep_first));
        for (const auto& a : run.archs) EXPECT_TRUE(contains(tables.space, a));
    }
}

TEST(Search, IsTheSameForTheSameSeed) {
    const TwoTables tables;
    for (const auto algorithm : algorithms) {
        auto options = small_options(algorithm);
        const auto once = search(tables.problem, options);
        EXPECT_EQ(once.archs, search(tables.problem, options).archs) << to_string(algorithm);
        options.seed = 2;
        EXPECT_NE(once.archs, search(tables.problem, options).archs) << to_string(algorithm);
    }
}

// The true front by brute force; 800 of 6,528 networks asked for, five seeds.
TEST(Search, FindsNearlyAllThereIsWhereChanceDoesNot) {
    const TwoTables tables;
    const auto all = tables.costs_of_all();
    const auto reference = worst(all);
    const double whole = hypervolume(all, reference);
    std::map<Algorithm, double> mean;
    for (const auto algorithm : algorithms) {
        for (std::uint64_t seed = 1; seed <= 5; ++seed) {
            auto options = small_options(algorithm);
            options.seed = seed;
            mean[algorithm] +=
                volume_of_best(search(tables.problem, options), reference) / whole / 5;
        }
    }
    EXPECT_LT(mean[Algorithm::random], 0.93);
    EXPECT_GT(mean[Algorithm::regularized_evolution], 0.95);
    EXPECT_GT(mean[Algorithm::random_mutation], 0.97);
    EXPECT_GT(mean[Algorithm::nsga2], 0.98);
}

TEST(Search, AsksNothingTwice) {
    const auto space = small_space();
    for (const auto algorithm : algorithms) {
        FunctionMetric depth("depth", [](const Architecture& a) { return a.depth[0] * 1.0; });
        FunctionMetric width("width", [](const Architecture& a) { return a.width[1] * 1.0; });
        const Problem problem{space, {32}, {&depth, &width}, {{0}, {1}}, {{1, true, 7}}};
        const auto run = search(problem, small_options(algorithm));
        EXPECT_EQ(depth.asked.size(), run.archs.size());
        for (const auto* metric : {&depth, &width}) {
            for (const auto& [a, times] : metric->asked) EXPECT_EQ(times, 1);
        }
        EXPECT_EQ(run.best.size(), 1U);  // of equals the first
    }
}

TEST(Search, MaximumAccuracyGivesTheBestTen) {
    const TwoTables tables;
    auto problem = tables.problem;
    problem.objectives.pop_back();
    auto options = paper_options(Algorithm::max_accuracy);
    auto run = search(problem, options);
    EXPECT_EQ(run.asked, 220U);
    EXPECT_EQ(run.best.size(), 10U);
    const double ninth = run.values[0][run.best.back()];
    std::size_t better = 0;
    for (const double v : run.values[0]) better += v > ninth;
    EXPECT_EQ(better, 9U);
    const auto [least, most] = range(tables.space, random_table(tables.space, 1));
    options.iterations = 20;
    run = search(problem, options);
    EXPECT_NEAR(run.values[0][run.best[0]], most, 1e-12);
    EXPECT_THROW(search(tables.problem, options), Error);
}

// By hand: children of a pass are different from each other, but may be known already.
TEST(Search, CountsKnownArchitecturesAsAsked) {
    auto space = small_space();
    space.stem_choices[0].allowed = 1;
    for (auto& unit : space.units) unit.widths = 1;
    space.units[0].depths = 0b10;
    space.units[1].depths = 0b10;  // 4 * 3 networks, each with all others for neighbours
    FunctionMetric one("one", [](const Architecture& a) { return a.block[0] * 1.0; });
    const Problem problem{space, {32}, {&one}, {{0}}, {}};
    auto options = small_options(Algorithm::random_mutation);
    options.initial = 5;
    options.children = 8;
    options.iterations = 3;
    const auto run = search(problem, options);
    EXPECT_EQ(run.asked, 5U + 3 * 8);
    EXPECT_LE(run.archs.size(), 12U);
}

TEST(Search, EndsWhereASpaceIsExhausted) {
    auto space = small_space();
    space.stem_choices[0].allowed = 1;
    for (auto& unit : space.units) unit.widths = 1;
    space.units[0].depths = 0b10;
    space.units[1].depths = 0b10;
    FunctionMetric one("one", [](const Architecture&) { return 1.0; });
    Problem problem{space, {32}, {&one}, {{0}}, {}};
    for (const auto algorithm : algorithms) {
        const auto run = search(problem, small_options(algorithm));
        EXPECT_EQ(run.archs.size(), 12U) << to_string(algorithm);
        EXPECT_GT(run.fruitless, 0U);
    }
    EXPECT_EQ(search(problem, small_options(Algorithm::nsga2)).stopped, "nothing new to be found");
    problem.space.units[0].blocks[0] = 1;
    problem.space.units[1].blocks[0] = 1;
    const auto run = search(problem, small_options(Algorithm::random_mutation));
    EXPECT_EQ(run.archs.size(), 1U);
    EXPECT_EQ(run.stopped, "no architecture has a neighbour");
}

TEST(Search, KeepsLimitsAndAsksNoObjectiveBeyondThem) {
    const auto space = small_space();
    const auto macs = make_count_metric("macs");
    const auto params = make_count_metric("params");
    const auto [least, most] = range(space, *macs->additive(space, 32));
    const double tight = least + 0.01 * (most - least);  // hardly any random network
    for (const auto algorithm : algorithms) {
        FunctionMetric score(
            "score", [](const Architecture& a) { return a.depth[0] + 0.1 * a.block[0]; }, true);
        const Problem problem{space,
                              {32},
                              {&score, macs.get(), params.get()},
                              {{0, Direction::larger_is_better}, {2}},
                              {{1, true, tight}, {2, false, 0}}};
        const auto run = search(problem, small_options(algorithm));
        EXPECT_TRUE(algorithm == Algorithm::random || !run.best.empty()) << to_string(algorithm);
        for (std::size_t i = 0; i < run.archs.size(); ++i) {
            EXPECT_EQ(run.keeps_limits[i], run.values[1][i] <= tight);
            EXPECT_EQ(score.asked.contains(run.archs[i]), run.values[1][i] <= tight);
            EXPECT_EQ(std::isnan(run.values[0][i]), !run.keeps_limits[i]);
        }
        for (const auto i : run.best) EXPECT_TRUE(run.keeps_limits[i]);
    }
}

TEST(Search, SaysHowNearItCameToLimitsThatContradictEachOther) {
    const TwoTables tables;
    auto problem = tables.problem;
    const auto [least, most] = range(tables.space, random_table(tables.space, 2));
    problem.limits = {{1, true, least + 1e-9}, {0, false, 0}};
    problem.limits[1].value = range(tables.space, random_table(tables.space, 1)).second - 1e-9;
    const auto run = search(problem, small_options(Algorithm::random_mutation));
    EXPECT_TRUE(run.best.empty());
    EXPECT_FALSE(run.keeps_limits[run.nearest]);
}

TEST(Reach, NamesTheBestValueOfALimitThatCannotBeKept) {
    const auto space = small_space();
    const auto macs = make_count_metric("macs");
    FunctionMetric other("other", [](const Architecture&) { return 1.0; });
    const auto [least, most] = range(space, *macs->additive(space, 32));
    Problem problem{space, {32}, {macs.get(), &other}, {{0}}, {}};
    problem.limits = {{0, true, least}, {0, true, most}, {1, true, 0}, {0, false, least}};
    const auto known = reach(problem);
    EXPECT_EQ(known[0].range, std::pair(least, most));
    EXPECT_FALSE(known[0].excludes_nothing);
    EXPECT_TRUE(known[1].excludes_nothing);
    EXPECT_FALSE(known[2].range.has_value());
    EXPECT_TRUE(known[3].excludes_nothing);
    problem.limits = {{0, true, least - 1}};
    try {
        search(problem);
        FAIL();
    } catch (const Error& e) {
        EXPECT_EQ(e.fault(), Fault::infeasible);
        EXPECT_THAT(e.what(),
                    testing::HasSubstr("the smallest is " +
                                       std::to_string(static_cast<long long>(least)) + " MACs"));
    }
    problem.limits = {{0, false, most + 1}};
    EXPECT_THROW(search(problem), Error);
}

TEST(SearchLimits, FindsTheRangeOfWhatIsNoTable) {
    const auto space = small_space();
    FunctionMetric layers("layers", [](const Architecture& a) {
        return static_cast<double>(a.depth[0] * a.depth[1]);
    });
    FunctionMetric costly(
        "costly", [](const Architecture&) { return 1.0; }, true);
    Problem problem{space, {32}, {&layers, &costly}, {{0}}, {}};
    problem.limits = {{0, true, 6}, {0, true, 2}, {0, false, 1}, {1, true, 0}};
    auto known = reach(problem);
    search_limits(problem, known, 1);
    EXPECT_EQ(known[0].range, std::pair(1.0, 6.0));
    EXPECT_TRUE(known[0].excludes_nothing && !known[0].exact);
    EXPECT_FALSE(known[1].excludes_nothing);
    EXPECT_TRUE(known[2].excludes_nothing);
    EXPECT_FALSE(known[3].range.has_value());
    EXPECT_TRUE(costly.asked.empty());
    for (const Limit& wrong : {Limit{0, true, 0.5}, Limit{0, false, 7}}) {
        problem.limits = {wrong};
        known = reach(problem);
        try {
            search_limits(problem, known, 1);
            FAIL();
        } catch (const Error& e) {
            EXPECT_EQ(e.fault(), Fault::infeasible);
            EXPECT_THAT(e.what(), testing::HasSubstr(wrong.at_most ? "the best has 1 points"
                                                                   : "the best has 6 points"));
        }
    }
}

TEST(Search, LeavesOutWhatFails) {
    const auto space = small_space();
    for (const auto algorithm : algorithms) {
        FunctionMetric score("score", [](const Architecture& a) {
            return a.depth[0] == 3 ? std::numeric_limits<double>::quiet_NaN() : a.depth[0];
        });
        const Problem problem{space, {32}, {&score}, {{0, Direction::larger_is_better}}, {}};
        const auto run = search(problem, small_options(algorithm));
        EXPECT_EQ(run.values[0][run.best[0]], 1);
        EXPECT_GT(run.failures, 0U);
        EXPECT_EQ(run.first_failure, "score: it broke");
    }
}

TEST(Search, KeepsTheErrorsOfNoisyMetrics) {
    const auto space = small_space();
    FunctionMetric score("score", [](const Architecture& a) { return a.depth[0] * 1.0; });
    FunctionMetric width("width", [](const Architecture& a) { return a.width[1] * 1.0; });
    score.error = 0.5;
    const Problem problem{
        space, {32}, {&score, &width}, {{0, Direction::larger_is_better}, {1}}, {{1, true, 0}}};
    const auto run = search(problem, small_options(Algorithm::nsga2));
    EXPECT_TRUE(run.errors[1].empty());
    ASSERT_EQ(run.errors[0].size(), run.archs.size());
    for (std::size_t i = 0; i < run.archs.size(); ++i) {
        EXPECT_EQ(run.errors[0][i] == 0.5, run.keeps_limits[i]) << "asked only within the limits";
    }
    const auto probability = front_probability(problem, run);
    ASSERT_EQ(probability.size(), 1U);
    EXPECT_LT(probability[0], 0.1) << "many are as good";
    EXPECT_GT(probability[0], 0);
}

TEST(Search, TakesThreeObjectives) {
    const auto space = small_space();
    const auto macs = make_count_metric("macs");
    const auto params = make_count_metric("params");
    const auto bytes = make_count_metric("activation_bytes");
    const Problem problem{space,
                          {32},
                          {macs.get(), params.get(), bytes.get()},
                          {{0, Direction::larger_is_better}, {1}, {2}},
                          {}};
    for (const auto algorithm : algorithms) {
        EXPECT_GT(search(problem, small_options(algorithm)).best.size(), 5U);
    }
}

TEST(Search, PeelsSeveralFrontsAndMutatesInChains) {
    const TwoTables tables;
    auto options = small_options(Algorithm::random_mutation);
    const auto plain = search(tables.problem, options);
    options.fronts = 3;
    const auto peeled = search(tables.problem, options);
    options.chain = 4;
    const auto chained = search(tables.problem, options);
    EXPECT_EQ(plain.asked, chained.asked);
    EXPECT_NE(plain.archs, peeled.archs);
    EXPECT_NE(peeled.archs, chained.archs);
}

TEST(Search, TellsItsHypervolumeAsItGrows) {
    struct Notes : Progress {
        void update(std::string_view, double, double) override {}
        void note(std::string_view words) override { notes.emplace_back(words); }
        std::vector<std::string> notes;
    };
    const TwoTables tables;
    for (const auto algorithm : algorithms) {
        Notes progress;
        search(tables.problem, small_options(algorithm), &progress);
        ASSERT_EQ(progress.notes.size(), 16U) << "before each iteration, and nothing at the end";
        double before = 0;
        for (std::size_t i = 0; i < 15; ++i) {
            double volume = 0;
            char unit[20];
            ASSERT_EQ(std::sscanf(progress.notes[i].c_str(), "hypervolume %lf points x %19s",
                                  &volume, unit),
                      2);
            EXPECT_GE(volume, before);
            before = volume;
        }
        EXPECT_EQ(progress.notes.back(), "");
    }
}

TEST(Search, StopsWhenAskedTo) {
    struct Stop : Progress {
        void update(std::string_view, double done, double) override { stop = done >= 100; }
        bool stop_requested() const override { return stop; }
        bool stop = false;
    };
    const TwoTables tables;
    for (const auto algorithm : algorithms) {
        Stop progress;
        const auto run = search(tables.problem, small_options(algorithm), &progress);
        EXPECT_EQ(run.asked, 100U);
        EXPECT_THAT(run.stopped, testing::HasSubstr("asked to stop"));
        EXPECT_FALSE(run.best.empty());
    }
}

TEST(Algorithm, HasANameEachAndSaysTheNearest) {
    for (const auto algorithm : algorithms) {
        EXPECT_EQ(algorithm_named(to_string(algorithm)), algorithm);
    }
    try {
        algorithm_named("nsga3");
        FAIL();
    } catch (const Error& e) {
        EXPECT_THAT(e.what(), testing::HasSubstr("did you mean 'nsga2'"));
    }
}

}  // namespace
}  // namespace blockscope
