#include <cmath>

#include <gtest/gtest.h>

#include "blockscope/search/search.hpp"
#include "blockscope/search/search_files.hpp"
#include "blockscope/space/encoding.hpp"

#include "tests/profile/small_space.hpp"
#include "tests/search/test_metrics.hpp"

namespace blockscope {
namespace {

/// A table's values as shares of 400 images in random order; gives up when the images that are left
/// cannot be enough.
class ImagesMetric : public Metric {
public:
    ImagesMetric() {
        info_.name = info_.column = "accuracy";
        info_.unit = "%";
        info_.direction = Direction::larger_is_better;
        info_.costly = true;
        info_.trials = 400;
        info_.give_up_error = 1e-9;
    }
    const MetricInfo& info() const override { return info_; }
    MetricColumn evaluate(const DesignSpace& space, std::span<const Architecture> archs,
                          Progress*) override {
        return evaluate_or_give_up(space, archs, {}, nullptr);
    }
    MetricColumn evaluate_or_give_up(const DesignSpace&, std::span<const Architecture> archs,
                                     std::span<const double> bounds, Progress*) override {
        MetricColumn column;
        for (std::size_t i = 0; i < archs.size(); ++i) {
            const double share = 0.5 + 0.05 * table_.value(archs[i]);
            Rng rng(ArchitectureHash()(archs[i]));
            std::size_t right = 0;
            std::size_t seen = 0;
            bool over = false;
            while (seen < info_.trials && !over) {
                right += rng.uniform() < share ? 1 : 0;
                ++seen;
                const double best = percent(right + info_.trials - seen);
                over = !bounds.empty() && seen < info_.trials && best <= bounds[i];
                if (over) column.given_up.push_back({i, best, seen});
            }
            images += seen;
            column.values.push_back(100.0 * static_cast<double>(right) / static_cast<double>(seen));
        }
        return column;
    }
    std::size_t images = 0;  ///< seen so far

private:
    double percent(std::size_t right) const { return 100.0 * static_cast<double>(right) / 400; }

    LayerTable table_ = random_table(small_space(), 1);
    MetricInfo info_;
};

struct GiveUp : testing::TestWithParam<SearchOptions> {
    /// With a table of random terms to minimise, for what can have two objectives.
    SearchRun run(bool give_up, std::size_t& images) const {
        ImagesMetric accuracy;
        MetricInfo info;
        info.name = info.column = "price";
        const auto price =
            make_table_metric(info, [](const DesignSpace& s, int) { return random_table(s, 2); });
        SearchOptions options = GetParam();
        options.give_up = give_up;
        Problem problem{small_space(), {32}, {&accuracy, price.get()}, {}, {}};
        problem.objectives.push_back({0, Direction::larger_is_better});
        if (options.algorithm != Algorithm::max_accuracy) {
            problem.objectives.push_back({1, Direction::smaller_is_better});
        }
        auto made = search(problem, options);
        images = accuracy.images;
        return made;
    }
};

SearchOptions options_of(Algorithm algorithm, std::size_t fronts) {
    SearchOptions options;
    options.algorithm = algorithm;
    options.initial = 40;
    options.iterations = 8;
    options.children = 30;
    options.fronts = fronts;
    return options;
}

TEST_P(GiveUp, SearchesTheSameWithFewerImages) {
    std::size_t all = 0;
    std::size_t fewer = 0;
    const auto whole = run(false, all);
    const auto part = run(true, fewer);
    EXPECT_EQ(whole.archs, part.archs);
    EXPECT_EQ(whole.best, part.best);
    EXPECT_TRUE(whole.given_up.empty());
    ASSERT_FALSE(part.given_up.empty());
    EXPECT_LT(fewer, all);
    std::vector<bool> estimated(part.archs.size(), false);
    for (const auto& given_up : part.given_up) {
        estimated[given_up.row] = true;
        EXPECT_EQ(given_up.metric, 0U);
        EXPECT_GE(given_up.at_best, part.values[0][given_up.row]);
        EXPECT_GE(given_up.at_best, whole.values[0][given_up.row]);
        EXPECT_GT(part.iteration[given_up.row], 0U);
    }
    for (const auto i : part.best) EXPECT_FALSE(estimated[i]);
    for (std::size_t i = 0; i < part.archs.size(); ++i) {
        if (estimated[i]) continue;
        EXPECT_EQ(part.values[0][i], whole.values[0][i]);
    }
}

INSTANTIATE_TEST_SUITE_P(Algorithms, GiveUp,
                         testing::Values(options_of(Algorithm::random_mutation, 1),
                                         options_of(Algorithm::random_mutation, 3),
                                         options_of(Algorithm::max_accuracy, 1),
                                         options_of(Algorithm::random, 1)));

TEST(GivingUp, OthersEndWithAFrontOfWhatWasEvaluatedToTheEnd) {
    for (const auto algorithm :
         {Algorithm::nsga2, Algorithm::regularized_evolution, Algorithm::surrogate}) {
        ImagesMetric accuracy;
        FunctionMetric layers("layers", [](const Architecture& a) {
            return static_cast<double>(a.depth[0] + a.depth[1]);
        });
        SearchOptions options = options_of(algorithm, 1);
        options.give_up = true;
        const Problem problem{small_space(),
                              {32},
                              {&layers, &accuracy},
                              {{1, Direction::larger_is_better}, {0, Direction::smaller_is_better}},
                              {}};
        const auto run = search(problem, options);
        EXPECT_FALSE(run.given_up.empty()) << to_string(algorithm);
        for (const auto& part : run.given_up) {
            EXPECT_EQ(part.metric, 1U);
            for (const auto i : run.best) EXPECT_NE(part.row, i);
        }
    }
}

TEST(GivingUp, IsSaidInTheFiles) {
    ImagesMetric accuracy;
    SearchOptions options = options_of(Algorithm::max_accuracy, 1);
    options.give_up = true;
    const Problem problem{small_space(), {32}, {&accuracy}, {{0, Direction::larger_is_better}}, {}};
    SearchReport report;
    report.options = options;
    report.seeds = {1};
    report.runs.push_back(search(problem, options));
    report.reference = worst_of(problem, report.runs);
    report.limits = {};
    const auto summary = summary_json(problem, report);
    const auto number = std::to_string(report.runs[0].given_up.size());
    EXPECT_NE(summary.find("\"gives_up\": true"), std::string::npos);
    EXPECT_NE(summary.find("\"given_up\": \"" + number + " of "), std::string::npos) << summary;
}

}  // namespace
}  // namespace blockscope
