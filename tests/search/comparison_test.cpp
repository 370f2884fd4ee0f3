#include "blockscope/search/comparison.hpp"

#include <cmath>

#include <gmock/gmock.h>

#include "blockscope/base/error.hpp"
#include "blockscope/search/comparison_files.hpp"
#include "blockscope/search/hypervolume.hpp"

namespace blockscope {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Runs of points (accuracy, latency), seeds from 1.
SearchRecord record(const std::vector<std::vector<double>>& runs) {
    SearchRecord result;
    result.resolutions = {224};
    result.objectives = {{"accuracy", "%", Direction::larger_is_better},
                         {"latency", "ms", Direction::smaller_is_better}};
    std::uint64_t seed = 0;
    for (const auto& points : runs) {
        auto& run = result.runs.emplace_back(SearchRecord::Run{++seed, {2, points}});
        for (std::size_t i = 0; i < points.size(); i += 2) run.costs.values[i] *= -1;
    }
    return result;
}

// By hand, up to 70 %, 10 ms. Seed 1: (75, 4) and (72, 2) give 5 * 6 + 2 * 2 = 34; then (76, 4)
// alone 36. Seed 2: (74, 5) 20 and (74, 4) 24.
TEST(Comparison, OfSearchesByHand) {
    const auto a = record({{71, 9, 75, 4, 72, 2}, {unknown, 1, 74, 5}});
    const auto b = record({{71, 9, 76, 4}, {74, 4, 71, 9}});
    const auto c = compare(a, b, {70, 10});
    EXPECT_EQ(c.seeds, (std::vector<std::uint64_t>{1, 2}));
    EXPECT_EQ(c.volume.first, (std::vector<double>{34, 20}));
    EXPECT_EQ(c.volume.second, (std::vector<double>{36, 24}));
    EXPECT_DOUBLE_EQ(c.volume.difference.value, 3);
    EXPECT_EQ(c.volume.p_value, 0.5);
    EXPECT_EQ(c.best.first, (std::vector<double>{75, 74}));
    EXPECT_EQ(c.best.second, (std::vector<double>{76, 74}));
    EXPECT_EQ(c.second_reaches_first, (std::vector<double>{2, 1}));
    EXPECT_TRUE(std::isnan(c.first_reaches_second[0]) && std::isnan(c.first_reaches_second[1]));
    EXPECT_EQ(compare(b, a, {70, 10}).first_reaches_second, c.second_reaches_first);
}

// By hand, thirds of 2 to 8 ms: what the regions gain is the hypervolume's difference.
TEST(Comparison, RegionsAddUpToTheHypervolume) {
    const auto a = record({{70, 8, 75, 4, 72, 2}});
    const auto b = record({{70, 8, 76, 5, 73, 3}});
    EXPECT_EQ(compare(a, b).reference, (std::vector<double>{72, 5})) << "the worst on a front";
    const auto c = compare(a, b, {71, 8});
    ASSERT_EQ(c.regions.size(), 3U);
    EXPECT_EQ(c.regions[1].from, 4);
    EXPECT_EQ(c.regions[1].to, 6);
    EXPECT_DOUBLE_EQ(c.regions[0].best.first_mean.value, 72);
    EXPECT_DOUBLE_EQ(c.regions[0].best.second_mean.value, (71 + 73) / 2.0);
    EXPECT_DOUBLE_EQ(c.regions[1].best.first_mean.value, 75);
    EXPECT_DOUBLE_EQ(c.regions[1].best.second_mean.value, (73 + 76) / 2.0);
    double gain = 0;
    for (const auto& region : c.regions) gain += 2 * region.best.difference.value;
    EXPECT_NEAR(gain, c.volume.difference.value, 1e-12);
}

TEST(Comparison, RefusesWhatDoesNotCompare) {
    const auto a = record({{75, 4}});
    auto b = a;
    b.objectives[1].unit = "s";
    EXPECT_THROW(compare(a, b), Error);
    b = a;
    b.resolutions = {192};
    EXPECT_THROW(compare(a, b), Error);
    b = a;
    b.runs[0].seed = 7;
    EXPECT_THROW(compare(a, b), Error);
    b = a;
    b.limits = {"macs <= 1 MACs"};
    EXPECT_THROW(compare(a, b), Error);
    b = record({{75, unknown}});
    EXPECT_THROW(compare(a, b), Error);
}

TEST(Comparison, TakesOneObjectiveAndThree) {
    for (const std::size_t d : {1, 3}) {
        SearchRecord a;
        for (std::size_t k = 0; k < d; ++k) a.objectives.push_back({"m", "u"});
        a.runs.push_back({1, {d, std::vector<double>(d, 2.0)}});
        auto b = a;
        b.runs[0].costs.values.assign(d, 1.0);
        const auto c = compare(a, b, std::vector<double>(d, 3.0));
        EXPECT_DOUBLE_EQ(c.volume.difference.value, std::pow(2.0, d) - 1);
        EXPECT_TRUE(c.regions.empty());
        EXPECT_EQ(c.best.difference.value, -1);
    }
}

TEST(Comparison, WritesTables) {
    const auto a = record({{75, 4}, {74, 5}});
    const auto b = record({{76, 4}, {74, 4}});
    EXPECT_EQ(attainment_csv(a, b),
              "search,attained_by,of,accuracy,latency\nfirst,1,2,75,4\nfirst,2,2,74,5\n"
              "second,1,2,76,4\nsecond,2,2,74,4\n");
    EXPECT_EQ(seeds_csv(compare(a, b, {70, 10})),
              "seed,first_hypervolume,second_hypervolume,difference,second_reaches_first,"
              "first_reaches_second\n1,30,36,6,1,\n2,20,24,4,1,\n");
}

TEST(SpaceComparison, TakesAccuraciesAsErrors) {
    MetricInfo info;
    info.name = "accuracy";
    info.unit = "%";
    info.direction = Direction::larger_is_better;
    const std::vector<double> a{70, 71, unknown, 72};
    const std::vector<double> b{71, 72, 73};
    const auto c = compare_spaces(info, a, b);
    EXPECT_EQ(c.first, (std::vector<double>{28, 29, 30}));
    EXPECT_EQ(c.differences[0].of, "mean");
    EXPECT_DOUBLE_EQ(c.differences[0].difference.value, -1);
    EXPECT_DOUBLE_EQ(c.same.statistic, 1.0 / 3);
    EXPECT_NEAR(c.first_band, std::sqrt(std::log(40.0) / 6), 1e-12);
    const SpaceComparison all[] = {c};
    EXPECT_THAT(distributions_csv(all), testing::HasSubstr("accuracy,%,error,27,0,0,0.7841"));
    EXPECT_THROW(compare_spaces(info, std::vector<double>{1, unknown}, b), Error);
}

}  // namespace
}  // namespace blockscope
