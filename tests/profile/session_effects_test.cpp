#include "blockscope/profile/session_effects.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "blockscope/metric/count_metric.hpp"
#include "blockscope/profile/profile.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

#include "tests/stats/random_normal.hpp"

namespace blockscope {
namespace {

// two strata beside everything, halves of each session; known sums, no noise within sessions
TEST(SessionEffects, AreTheVariancesOfMeansThatDiffer) {
    const std::vector<std::uint16_t> sessions{0, 0, 1, 1, 2, 2};
    const std::vector<double> weights(6, 1.0);
    const std::vector<double> residuals{1, 1, 2, 2, 6, 6};  // means 1, 2, 6; no own effects
    const std::vector<std::uint16_t> first{0, 1};
    const std::vector<std::uint16_t> second{0, 2};
    const auto strata_of = [&](std::size_t i) {
        return std::span<const std::uint16_t>(i % 2 == 0 ? first : second);
    };
    const std::vector<double> no_noise(3, 0.0);
    const auto effects = session_effects(sessions, weights, residuals, strata_of, no_noise);
    EXPECT_DOUBLE_EQ(effects.on_all, 7);  // sample variance of 1, 2, 6
    EXPECT_EQ(effects.on_stratum, 0);
    EXPECT_EQ(effects.degrees, 2);
    EXPECT_DOUBLE_EQ(effects.concentration[1], 1.0 / 3);
    // what each session does to the two strata, +-1, +-2, +-3: sample variances 14 / 2
    const std::vector<double> apart{1, -1, -2, 2, 3, -3};
    const auto own = session_effects(sessions, weights, apart, strata_of, no_noise);
    EXPECT_EQ(own.on_all, 0);
    EXPECT_NEAR(own.on_stratum, (14 - 4.0 / 3) / 2, 1e-12);
}

TEST(SessionEffects, OfOneSessionAreNotKnown) {
    const std::vector<std::uint16_t> everything{0};
    const std::vector<double> two{1, 2};
    const std::vector<double> variances{1};
    const auto strata_of = [&](std::size_t) { return std::span<const std::uint16_t>(everything); };
    const std::vector<std::uint16_t> one(2, 0);
    for (const auto& sessions : {one, std::vector<std::uint16_t>{}}) {
        const auto e = session_effects(sessions, two, two, strata_of, variances);
        EXPECT_EQ(e.on_all, 0);
        EXPECT_EQ(e.on_stratum, 0);
        EXPECT_EQ(e.concentration[0], 1);
    }
}

/// MACs measured in sessions: noise of 3 % of their spread in each value, a shift of every
/// session, and effects of its own on every block of every layer.
struct Sessions {
    std::vector<Architecture> archs;
    std::vector<double> values;
    std::vector<int> of;

    Sessions(const DesignSpace& space, const LayerTable& macs, std::size_t each, int count,
             double shift, double own, Rng rng) {
        archs = sample(space, each * static_cast<std::size_t>(count), rng.fork(1), 224);
        for (int g = 0; g < count; ++g) {
            LayerTable table = macs;
            const double all = shift * random_normal(rng);
            for (int u = 0; u < 5; ++u) {
                for (int l = 0; l < 4; ++l) {
                    for (int b = 0; b < 9; ++b)
                        table.term(u, l, 0, 0, b) += own * random_normal(rng);
                }
            }
            for (std::size_t i = 0; i < each; ++i) {
                const auto& a = archs[values.size()];
                values.push_back(table.value(a) + all + 3 * random_normal(rng));
                of.push_back(10 * g);
            }
        }
    }
};

// without sessions the intervals believe that every network is another draw of what sessions share
TEST(SessionEffects, AreInTheIntervalsOfAPooledProfile) {
    const auto space = load_space("ofa-mbv3");
    const auto metric = make_count_metric("macs");
    const auto macs = *metric->additive(space, 224);
    ProfileOptions options;
    options.percentiles = {50};
    const auto truth = exact_profile(space, macs, metric->info(), 224, options);
    double told = 0;
    double untold = 0;
    double base = 0;
    double cells = 0;
    const int runs = 8;
    for (int run = 0; run < runs; ++run) {
        const Sessions s(space, macs, 500, 6, 2, 0.7, Rng(run));
        const EvaluatedSample with{s.archs, s.values, {}, std::nan(""), s.of};
        const EvaluatedSample without{s.archs, s.values};
        const auto p = pooled_profile(space, with, metric->info(), {224}, options);
        const auto q = pooled_profile(space, without, metric->info(), {224}, options);
        const auto covers = [](const Estimate& e, const Estimate& t) {
            return e.low <= t.value && t.value <= e.high;
        };
        base += covers(p.base, truth.base);
        for (std::size_t c = 0; c < truth.cells.size(); ++c) {
            EXPECT_EQ(p.cells[c].delta.value, q.cells[c].delta.value);
            if (p.cells[c].count < 100) continue;
            cells += 1;
            told += covers(p.cells[c].delta, truth.cells[c].delta);
            untold += covers(q.cells[c].delta, truth.cells[c].delta);
        }
    }
    EXPECT_GT(told / cells, 0.91);
    EXPECT_LT(untold / cells, 0.87);
    EXPECT_GE(base, runs - 2);
}

TEST(SessionEffects, OfSessionsThatShareNothingCostNextToNothing) {
    const auto space = load_space("ofa-mbv3");
    const auto metric = make_count_metric("macs");
    const Sessions s(space, *metric->additive(space, 224), 500, 6, 0, 0, Rng(1));
    const auto p = pooled_profile(space, {s.archs, s.values, {}, std::nan(""), s.of},
                                  metric->info(), {224}, {});
    const auto q = pooled_profile(space, {s.archs, s.values}, metric->info(), {224}, {});
    double wider = 0;
    for (std::size_t c = 0; c < p.cells.size(); ++c) {
        wider += half_width(p.cells[c].delta) / half_width(q.cells[c].delta);
    }
    EXPECT_NEAR(wider / static_cast<double>(p.cells.size()), 1, 0.05);
}

}  // namespace
}  // namespace blockscope
