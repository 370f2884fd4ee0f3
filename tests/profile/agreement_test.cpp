#include "blockscope/profile/agreement.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "blockscope/metric/count_metric.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/stats/rank_correlation.hpp"

#include "tests/profile/small_space.hpp"
#include "tests/stats/random_normal.hpp"

namespace blockscope {
namespace {

/// Cells of 5 units with 36 placements each; deltas known to `error`.
Profile planted(const std::string& name, const std::vector<double>& deltas, double error) {
    Profile p;
    p.metric.name = name;
    p.resolution = 224;
    for (std::size_t i = 0; i < deltas.size(); ++i) {
        Cell cell;
        cell.placement.unit = static_cast<int>(i / 36);
        cell.delta = plus_minus(deltas[i], 1.959964 * error);
        p.cells.push_back(cell);
    }
    return p;
}

const Agreement& row(const std::vector<Agreement>& rows, Agreement::Over over, int unit = -1) {
    for (const auto& r : rows) {
        if (r.over == over && r.unit == unit) return r;
    }
    throw std::logic_error("no such row");
}

std::vector<double> normals(std::size_t n, std::uint64_t seed) {
    Rng rng(seed);
    std::vector<double> values(n);
    for (double& v : values) v = random_normal(rng);
    return values;
}

TEST(Agreements, OfExactProfilesAreExactOverPlacements) {
    const auto space = load_space("ofa-mbv3");
    std::vector<Profile> profiles;
    for (const auto* name : {"macs", "params"}) {
        const auto metric = make_count_metric(name);
        profiles.push_back(
            exact_profile(space, *metric->additive(space, 224), metric->info(), 224, {}));
    }
    const auto archs = sample(space, 5, Rng(1), 224);
    const std::vector<Architecture> four(archs.begin(), archs.begin() + 4);
    const std::vector<Architecture> others{archs[4], archs[3], archs[2], archs[1], archs[0]};
    const std::vector<MetricValues> values{{four, {3, 1, 2, 5}},
                                           {others, {9, 5, std::nan(""), 1, 3}}};
    const auto rows = agreements(profiles, values, 0.95);
    ASSERT_EQ(rows.size(), 2 + 5);
    EXPECT_EQ(row(rows, Agreement::Over::architectures).n, 3);
    EXPECT_EQ(row(rows, Agreement::Over::architectures).spearman.value, 1);
    const auto& all = row(rows, Agreement::Over::placements);
    EXPECT_EQ(all.n, 180);
    EXPECT_EQ(all.spearman.low, all.spearman.high);
    EXPECT_EQ(row(rows, Agreement::Over::placements, 2).n, 36);
    std::vector<double> macs;
    std::vector<double> params;
    for (std::size_t i = 0; i < 180; ++i) {
        macs.push_back(profiles[0].cells[i].delta.value);
        params.push_back(profiles[1].cells[i].delta.value);
    }
    EXPECT_DOUBLE_EQ(all.spearman.value, spearman(macs, params).value);
    EXPECT_DOUBLE_EQ(all.kendall.value, kendall(macs, params).value);
}

TEST(Agreements, PointAtTheUnitThatTwoDevicesDisagreeOn) {
    const auto a = normals(180, 1);
    const auto noise = normals(180, 2);
    std::vector<double> b(180);
    for (std::size_t i = 0; i < 180; ++i) {
        b[i] = (i / 36 == 3 ? -0.2 : 1) * a[i] + 0.3 * noise[i];  // unit 4
    }
    const std::vector<Profile> profiles{planted("a", a, 0), planted("b", b, 0)};
    const std::vector<MetricValues> none(2);
    const auto rows = agreements(profiles, none, 0.95);
    ASSERT_EQ(rows.size(), 1 + 5);
    EXPECT_LT(row(rows, Agreement::Over::placements, 3).spearman.value, 0);
    for (int u = 0; u < 5; ++u) {
        const double p = row(rows, Agreement::Over::placements, u).same_as_others;
        if (u == 3) {
            EXPECT_LT(p, 1e-6);
        } else {
            EXPECT_GT(p, 1e-6);
        }
    }
    const auto csv = correlations_csv(rows);
    EXPECT_EQ(csv.substr(csv.find('\n') + 1, 25), "a,b,224,placements,,180,0");
    EXPECT_NE(csv.find("a,b,224,placements,4,36,-0"), std::string::npos);
}

TEST(Agreements, LeaveOutWhatIsUnknownAndSayNothingOfConstants) {
    auto a = normals(180, 1);
    const std::vector<double> constant(180, 0.0);
    std::vector<Profile> profiles{planted("a", a, 0.1), planted("b", constant, 0)};
    profiles[0].cells[7].delta = {};
    const std::vector<MetricValues> none(2);
    const auto rows = agreements(profiles, none, 0.95);
    EXPECT_EQ(rows.front().n, 179);
    EXPECT_TRUE(std::isnan(rows.front().spearman.value));
    EXPECT_TRUE(std::isnan(rows[1].same_as_others));
}

}  // namespace
}  // namespace blockscope
