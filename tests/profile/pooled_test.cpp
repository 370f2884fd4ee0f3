#include <cmath>

#include <gtest/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/metric/count_metric.hpp"
#include "blockscope/profile/profile.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"
#include "blockscope/stats/student.hpp"

namespace blockscope {
namespace {

// t tables: 97.5 % point with 10 degrees of freedom, 2.228; with a million, the normal's 1.960
TEST(Student, QuantilesAreThoseOfTheTables) {
    EXPECT_NEAR(student_quantile(0.95, 10), 2.2281, 1e-4);
    EXPECT_NEAR(student_quantile(0.95, 1e6), 1.9600, 1e-4);
}

TEST(PooledProfile, LeavesCellsEmptyThatNobodyCarries) {
    const auto space = load_space("ofa-mbv3");
    const auto archs = sample(space, 25, Rng(1), 224);
    const auto metric = make_count_metric("macs");
    const auto values = metric->evaluate(space, archs).values;
    const auto p = pooled_profile(space, {archs, values}, metric->info(), {224}, {});
    bool empty = false;
    for (const auto& cell : p.cells) {
        EXPECT_EQ(cell.count == 0, std::isnan(cell.mean.value));
        empty = empty || cell.count == 0;
    }
    EXPECT_TRUE(empty);
}

TEST(PooledProfile, HasThePercentilesOfAConstantMetric) {
    const auto space = load_space("ofa-mbv3");
    const auto archs = sample(space, 1500, Rng(1), 224);
    const std::vector<double> values(archs.size(), 7.0);
    const auto p = pooled_profile(space, {archs, values}, {}, {224}, {});
    for (const auto& cell : p.cells) {
        for (const auto& percentile : cell.percentiles) {
            if (std::isnan(percentile.value)) continue;  // fewer than 100 members
            EXPECT_NEAR(percentile.value, 7, 1e-7);
            EXPECT_LE(percentile.low, percentile.value);
            EXPECT_GE(percentile.high, percentile.value);
        }
        EXPECT_FALSE(cell.distinguishable);
    }
    EXPECT_NEAR(p.base_percentiles.front().value, 7, 1e-7);
}

TEST(PooledProfile, RefusesTooFewValues) {
    const auto space = load_space("ofa-mbv3");
    const auto archs = sample(space, 19, Rng(1), 224);
    const std::vector<double> values(19, 1.0);
    EXPECT_THROW(pooled_profile(space, {archs, values}, {}, {224}, {}), Error);
}

}  // namespace
}  // namespace blockscope
