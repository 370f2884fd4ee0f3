// Searches in which the resolution is a choice like any other.
#include <array>
#include <cmath>
#include <numeric>
#include <set>

#include <gmock/gmock.h>

#include "blockscope/base/error.hpp"
#include "blockscope/metric/count_metric.hpp"
#include "blockscope/search/dominance.hpp"
#include "blockscope/search/hypervolume.hpp"
#include "blockscope/search/limit_search.hpp"
#include "blockscope/search/search_files.hpp"
#include "blockscope/search/surrogate_model.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/table_range.hpp"

#include "tests/profile/small_space.hpp"
#include "tests/search/test_metrics.hpp"

namespace blockscope {
namespace {

const std::vector<int> sides{32, 48, 64};

const Algorithm algorithms[] = {Algorithm::random_mutation, Algorithm::nsga2,
                                Algorithm::regularized_evolution, Algorithm::surrogate,
                                Algorithm::random};

DesignSpace space_of_sides() {
    auto space = small_space();
    space.resolutions = sides;
    return space;
}

/// Grows with the side, and with the blocks' numbers by an amount that the side decides.
double score(const Architecture& a) {
    double sum = a.resolution / 16.0;
    for (const auto block : a.block) sum += block * (a.resolution == 48 ? 0.5 : 0.2);
    return sum + a.depth[0];
}

struct Mixed {
    DesignSpace space = space_of_sides();
    std::unique_ptr<Metric> macs = make_count_metric("macs");
    FunctionMetric gain{"gain", score};
    Problem problem{space, sides, {&gain, macs.get()}, {{0, Direction::larger_is_better}, {1}}, {}};
};

SearchOptions few(Algorithm algorithm) {
    SearchOptions options;
    options.algorithm = algorithm;
    options.initial = 40;
    options.iterations = 10;
    options.children = algorithm == Algorithm::surrogate ? 10 : 60;
    return options;
}

TEST(SearchOverResolutions, AsksEachNetworkOnceAndCountsItAtItsOwn) {
    for (const auto algorithm : algorithms) {
        SCOPED_TRACE(to_string(algorithm));
        Mixed mixed;
        const auto run = search(mixed.problem, few(algorithm));
        EXPECT_EQ(std::set(run.archs.begin(), run.archs.end()).size(), run.archs.size());
        for (const auto& [a, times] : mixed.gain.asked) EXPECT_EQ(times, 1);
        std::map<int, int> seen;
        for (const auto& a : run.archs) {
            EXPECT_TRUE(contains(mixed.space, a));
            ++seen[a.resolution];
        }
        EXPECT_EQ(seen.size(), 3U);
        EXPECT_EQ(mixed.macs->evaluate(mixed.space, run.archs).values, run.values[1]);
        EXPECT_EQ(run.archs, search(mixed.problem, few(algorithm)).archs);
        const auto front_sides = [&] {
            std::set<int> all;
            for (const auto i : run.best) all.insert(run.archs[i].resolution);
            return all.size();
        };
        EXPECT_GT(front_sides(), 1U);
    }
}

// The true front of all 3 x 6,528 networks, of which 1,240 are asked for (by surrogate 140).
TEST(SearchOverResolutions, FindsNearlyAllThereIs) {
    Mixed mixed;
    std::vector<Architecture> all;
    for (const int side : sides) {
        auto space = mixed.space;
        space.default_resolution = side;
        const Population population(space);
        all.insert(all.end(), population.archs.begin(), population.archs.end());
    }
    const auto directions = std::vector{Direction::larger_is_better, Direction::smaller_is_better};
    const auto costs = costs_of(std::vector{mixed.gain.evaluate(mixed.space, all, nullptr).values,
                                            mixed.macs->evaluate(mixed.space, all).values},
                                directions);
    const auto reference = costs_of(worst(costs), directions);
    const double whole = hypervolume(costs, worst(costs));
    for (const auto algorithm : {Algorithm::random_mutation, Algorithm::nsga2,
                                 Algorithm::regularized_evolution, Algorithm::surrogate}) {
        auto options = few(algorithm);
        if (algorithm != Algorithm::surrogate) options.iterations = 20;
        const auto run = search(mixed.problem, options);
        EXPECT_GT(hypervolume_of(mixed.problem, run, reference), 0.95 * whole)
            << to_string(algorithm);
    }
}

TEST(SearchOverResolutions, MostAccurateNetworkHasTheSideThatIsBest) {
    Mixed mixed;
    mixed.problem.objectives.pop_back();
    auto options = paper_options(Algorithm::max_accuracy);
    options.iterations = 10;
    const auto run = search(mixed.problem, options);
    EXPECT_EQ(run.archs[run.best[0]].resolution, 48);
}

TEST(SearchOverResolutions, LimitsReachFromTheSmallestSideToTheLargest) {
    Mixed mixed;
    const auto at = [&](int side) {
        return range(mixed.space, *mixed.macs->additive(mixed.space, side));
    };
    mixed.problem.limits = {{1, true, at(48).first}};
    EXPECT_EQ(reach(mixed.problem)[0].range, std::pair(at(32).first, at(64).second));
    mixed.problem.limits = {{1, true, at(32).first - 1}};
    try {
        reach(mixed.problem);
        FAIL();
    } catch (const Error& e) {
        EXPECT_THAT(e.what(), testing::HasSubstr("'small' at 32, 48, 64 has macs <= "));
    }
    mixed.problem.limits = {{0, false, 4.5}};
    auto known = reach(mixed.problem);
    search_limits(mixed.problem, known, 1);
    EXPECT_NEAR(known[0].range->first, 32 / 16.0 + 1, 1e-9);
    EXPECT_FALSE(known[0].excludes_nothing);
}

TEST(SearchOverResolutions, SayInTheirFilesWhichSidesTheyHad) {
    Mixed mixed;
    SearchReport report{few(Algorithm::random), {}, {1}, {}, {}, {}};
    report.runs.push_back(search(mixed.problem, report.options));
    report.reference = worst_of(mixed.problem, report.runs);
    const auto summary = summary_json(mixed.problem, report);
    EXPECT_THAT(summary, testing::HasSubstr("\"resolutions\": [\n    32,\n    48,\n    64\n"));
    const auto& run = report.runs[0];
    EXPECT_THAT(summary, testing::HasSubstr("\"resolution\": " +
                                            std::to_string(run.archs[run.best[0]].resolution)));
}

TEST(SurrogateModelOverResolutions, TellsThemApart) {
    const auto space = space_of_sides();
    std::vector<Architecture> archs = sample(space, 400, Rng(1), 32);
    std::vector<double> values;
    for (std::size_t i = 0; i < archs.size(); ++i) {
        archs[i].resolution = static_cast<std::uint16_t>(sides[i % 3]);
        values.push_back(score(archs[i]));
    }
    const SurrogateModel model(space, std::span(archs).first(150), std::span(values).first(150),
                               sides);
    std::vector<double> mean(400);
    std::vector<double> error(400);
    model.predict(archs, mean, error);
    double squares = 0;
    double variance = 0;
    const double middle = std::accumulate(values.begin(), values.end(), 0.0) / 400;
    for (std::size_t i = 150; i < 400; ++i) {
        squares += (values[i] - mean[i]) * (values[i] - mean[i]);
        variance += (values[i] - middle) * (values[i] - middle);
    }
    EXPECT_LT(squares, 0.1 * variance);
}

// Chosen with 0.25 as the stem is, given that any part is: two units with 0.5 and the stem.
TEST(MutatorOverResolutions, ChangesThemAsOftenAsItSays) {
    const auto space = space_of_sides();
    const Mutator mutator(space, {}, sides);
    Rng rng(1);
    const Architecture start = Sampler(space, 48).draw(rng);
    std::map<int, int> counts;
    const int n = 20000;
    for (int i = 0; i < n; ++i) {
        Architecture a = start;
        ASSERT_TRUE(mutator.mutate(a, rng));
        ++counts[a.resolution];
    }
    const double any = 1 - 0.75 * 0.75 * 0.5 * 0.5;
    const double expected = n * 0.25 / any;
    EXPECT_NEAR(counts[32] + counts[64], expected, 4 * std::sqrt(expected));
    EXPECT_NEAR(counts[32], expected / 2, 4 * std::sqrt(expected / 2));
    EXPECT_EQ(counts.size(), 3U);
}

TEST(CrossedOverResolutions, TakesThatOfEitherParent) {
    const auto space = space_of_sides();
    Rng rng(1);
    const auto a = Sampler(space, 32).draw(rng);
    const auto b = Sampler(space, 64).draw(rng);
    int of_a = 0;
    for (int i = 0; i < 1000; ++i) {
        const auto child = crossed(space, a, b, rng);
        ASSERT_TRUE(child.resolution == 32 || child.resolution == 64);
        of_a += child.resolution == 32;
    }
    EXPECT_NEAR(of_a, 500, 65);
}

}  // namespace
}  // namespace blockscope
