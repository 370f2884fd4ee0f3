#include <cmath>

#include <gtest/gtest.h>

#include "blockscope/search/hypervolume.hpp"
#include "blockscope/search/search.hpp"
#include "blockscope/search/search_files.hpp"
#include "blockscope/search/surrogate_model.hpp"
#include "blockscope/space/sampling.hpp"

#include "tests/profile/small_space.hpp"
#include "tests/search/test_metrics.hpp"

namespace blockscope {
namespace {

/// A table of random terms, and a tenth of its product with another: no sum over layers.
FunctionMetric::Function bent_function(const DesignSpace& space, std::uint64_t seed) {
    return [table = random_table(space, seed),
            other = random_table(space, seed + 100)](const Architecture& a) {
        const double score = table.value(a);
        return score + 0.1 * score * other.value(a);
    };
}

struct Bent {
    DesignSpace space = small_space();
    FunctionMetric gain{"gain", bent_function(space, 1)};
    FunctionMetric price{"price", bent_function(space, 2)};
    Problem problem{space, {32}, {&gain, &price}, {{0, Direction::larger_is_better}, {1}}, {}};

    std::vector<double> reference() {
        const Population population(space);
        const Costs costs =
            costs_of(std::vector{gain.evaluate(space, population.archs, nullptr).values,
                                 price.evaluate(space, population.archs, nullptr).values},
                     std::vector{Direction::larger_is_better, Direction::smaller_is_better});
        return costs_of(worst(costs),
                        std::vector{Direction::larger_is_better, Direction::smaller_is_better});
    }
};

SearchOptions few() {
    SearchOptions options;
    options.algorithm = Algorithm::surrogate;
    options.initial = 40;
    options.iterations = 6;
    options.children = 10;
    return options;
}

TEST(SurrogateModel, PredictsAndKnowsHowWell) {
    const auto space = small_space();
    const auto function = bent_function(space, 3);
    const auto archs = sample(space, 600, Rng(1), 32);
    std::vector<double> values;
    for (const auto& a : archs) values.push_back(function(a));
    const std::span all(archs);
    const SurrogateModel model(space, all.first(150), std::span(values).first(150), std::array{32});
    std::vector<double> mean(600);
    std::vector<double> error(600);
    model.predict(archs, mean, error);
    double unexplained = 0;
    double variance = 0;
    double inside = 0;
    double known = 0;
    double unknown = 0;
    for (std::size_t i = 0; i < 600; ++i) {
        if (i < 150) {
            known += error[i] / 150;
            continue;
        }
        unknown += error[i] / 450;
        unexplained += (values[i] - mean[i]) * (values[i] - mean[i]);
        variance += (values[i] - values[i - 150]) * (values[i] - values[i - 150]) / 2;
        inside += std::abs(values[i] - mean[i]) <= 2 * error[i] ? 1.0 / 450 : 0;
    }
    EXPECT_LT(unexplained, 0.2 * variance);
    EXPECT_GT(inside, 0.85);
    EXPECT_LT(known, unknown);
}

TEST(SurrogateModel, OfAConstantIsSure) {
    const auto space = small_space();
    const auto archs = sample(space, 30, Rng(1), 32);
    const SurrogateModel model(space, archs, std::vector<double>(30, 4.5), std::array{32});
    std::vector<double> mean(30);
    std::vector<double> error(30);
    model.predict(archs, mean, error);
    for (std::size_t i = 0; i < 30; ++i) {
        EXPECT_NEAR(mean[i], 4.5, 1e-9);
        EXPECT_NEAR(error[i], 0, 1e-9);
    }
}

// 100 evaluations against 850.
TEST(SurrogateSearch, NeedsFewerEvaluations) {
    Bent bent;
    const auto reference = bent.reference();
    double with_models = 0;
    double without = 0;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        auto options = few();
        options.seed = seed;
        const auto run = search(bent.problem, options);
        EXPECT_EQ(run.asked, 100U);
        EXPECT_EQ(run.archs.size(), 100U) << "nothing twice";
        with_models += hypervolume_of(bent.problem, run, reference);
        SearchOptions plain;
        plain.initial = 50;
        plain.children = 80;
        plain.seed = seed;
        without += hypervolume_of(bent.problem, search(bent.problem, plain), reference);
    }
    EXPECT_GE(with_models, 0.99 * without);
}

TEST(SurrogateSearch, IsTheSameForTheSameSeedAndKeepsLimits) {
    Bent bent;
    const auto price = bent_function(bent.space, 2);
    double limit = 0;
    for (const auto& a : sample(bent.space, 50, Rng(9), 32)) limit += price(a) / 50;
    bent.problem.objectives.pop_back();
    bent.problem.limits = {{1, true, limit}};
    const auto run = search(bent.problem, few());
    EXPECT_EQ(run.archs, search(bent.problem, few()).archs);
    ASSERT_EQ(run.best.size(), 1U);
    EXPECT_LE(run.values[1][run.best[0]], limit);
    std::size_t kept = 0;
    for (std::size_t i = 40; i < run.archs.size(); ++i) kept += run.keeps_limits[i];
    EXPECT_GT(kept, 35U) << "proposals are expected to keep the limits";
}

TEST(SurrogateSearch, TakesWhatFailsAndWhatIsExhausted) {
    auto space = small_space();
    FunctionMetric broken("broken", [](const Architecture&) { return std::nan(""); });
    const Problem all_fail{space, {32}, {&broken}, {{0}}, {}};
    const auto failed = search(all_fail, few());
    EXPECT_TRUE(failed.best.empty());
    EXPECT_EQ(failed.asked, 100U);
    space.stem_choices[0].allowed = 1;
    for (auto& unit : space.units) unit.widths = 1;
    space.units[0].depths = 0b10;
    space.units[1].depths = 0b10;  // 12 networks
    FunctionMetric block("block", [](const Architecture& a) { return 1.0 * a.block[0]; });
    const Problem tiny{space, {32}, {&block}, {{0}}, {}};
    const auto run = search(tiny, few());
    EXPECT_EQ(run.archs.size(), 12U);
    EXPECT_FALSE(run.stopped.empty());
}

TEST(Search, AsksForWhatItIsToStartWithFirst) {
    Bent bent;
    for (const auto algorithm : {Algorithm::random_mutation, Algorithm::nsga2,
                                 Algorithm::regularized_evolution, Algorithm::random}) {
        SearchOptions options;
        options.algorithm = algorithm;
        options.start = sample(bent.space, 3, Rng(4), 32);
        options.initial = 10;
        options.iterations = 1;
        const auto run = search(bent.problem, options);
        EXPECT_TRUE(std::equal(options.start.begin(), options.start.end(), run.archs.begin()));
    }
}

}  // namespace
}  // namespace blockscope
