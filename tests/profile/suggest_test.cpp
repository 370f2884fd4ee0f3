#include "blockscope/profile/suggest.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "blockscope/metric/count_metric.hpp"
#include "blockscope/model/cross_fit.hpp"
#include "blockscope/space/sampling.hpp"

#include "tests/profile/small_space.hpp"
#include "tests/stats/random_normal.hpp"

namespace blockscope {
namespace {

std::vector<Architecture> suggested(const DesignSpace& space, std::size_t n, std::uint64_t seed,
                                    const std::vector<Architecture>& measured = {}) {
    SuggestOptions options;
    options.resolution = space.default_resolution;
    return suggest(space, measured, n, Rng(seed), options);
}

// det grows by more than e^30 over a random choice of the same size, in 181 dimensions
TEST(Suggest, TellsAnAdditiveModelMoreThanARandomChoice) {
    const auto space = load_space("ofa-mbv3");
    for (const std::size_t n : {100, 250}) {
        const double random = log_information(space, sample(space, n, Rng(1), 224));
        EXPECT_GT(log_information(space, suggested(space, n, 1)), random + 30);
    }
}

// by hand: one network in a space of one column beside the stem's; P has 26 on the diagonal
TEST(LogInformation, OfOneNetworkIsItsPriorVariance) {
    const auto space = parse_space(R"(name = "one"
resolutions = [32]
[blocks]
kind = "mbconv"
expand = [2]
kernel = [3]
[[unit]]
channels = 16
depth = 1
)",
                                   "one.toml");
    const auto archs = sample(space, 1, Rng(1), 32);
    EXPECT_NEAR(log_information(space, archs), std::log(1 + 26 + 26), 1e-9);
    EXPECT_EQ(log_information(space, {}), 0);
}

TEST(Suggest, RepeatsNothingAndFillsRareCells) {
    const auto space = load_space("ofa-mbv3");
    const auto measured = sample(space, 100, Rng(1), 224);
    const auto archs = suggested(space, 60, 2, measured);
    std::set<Architecture> distinct(measured.begin(), measured.end());
    distinct.insert(archs.begin(), archs.end());
    EXPECT_EQ(distinct.size(), 160);
    for (const auto& a : archs) EXPECT_TRUE(contains(space, a));
    // a random 160 leave about one of the 45 cells of layer 4 with at most one member
    for (int u = 0; u < 5; ++u) {
        for (int b = 0; b < 9; ++b) {
            const auto members =
                std::count_if(distinct.begin(), distinct.end(), [&](const auto& a) {
                    return a.depth[u] == 4 && a.block[space.units[u].first_slot + 3] == b;
                });
            EXPECT_GE(members, 5) << "U" << u + 1 << " L4, block " << b;
        }
    }
}

TEST(Suggest, DependsOnItsSeedOnlyAndGoesOnWhereItStopped) {
    const auto space = load_space("resnet50");
    const auto ten = suggested(space, 10, 3);
    EXPECT_EQ(ten, suggested(space, 10, 3));
    EXPECT_NE(ten, suggested(space, 10, 4));
    auto five = suggested(space, 5, 3);
    EXPECT_TRUE(std::equal(five.begin(), five.end(), ten.begin()));
}

TEST(Suggest, StopsWhereTheSpaceEnds) {
    auto space = small_space();
    space.stem_choices[0].allowed = 1;
    for (auto& unit : space.units) {
        unit.widths = 1;
        unit.depths = 1U << 1;
    }
    space.units[0].blocks[0] = 0b11;
    const auto all = suggested(space, 100, 1);  // 2 * 3 networks
    EXPECT_EQ(all.size(), 6);
    EXPECT_TRUE(suggested(space, 100, 1, all).empty());
}

/// Mean square error of the placements' deltas in an additive model of noisy MACs.
double squared_error(const DesignSpace& space, const LayerTable& truth,
                     const std::vector<Architecture>& archs, double noise, std::uint64_t seed) {
    std::vector<double> values(archs.size());
    truth.evaluate(archs, values);
    Rng rng(seed);
    for (double& v : values) v += noise * random_normal(rng);
    const auto model = fit_additive(space, archs, values);
    const auto stem = stem_weights(space, model);
    auto body = uniform_body(space);
    const double base = expected_sum(model, stem, body) - expected_sum(truth, stem, body);
    double sum = 0;
    const auto cells = placements(space);
    for (const auto& p : cells) {
        const auto free = body[p.unit];
        body[p.unit] = fixed_unit(space, p, Protocol::definition);
        const double miss =
            expected_sum(model, stem, body) - expected_sum(truth, stem, body) - base;
        sum += miss * miss;
        body[p.unit] = free;
    }
    return sum / static_cast<double>(cells.size());
}

TEST(Suggest, LeavesASmallerErrorThanARandomChoice) {
    const auto space = load_space("ofa-mbv3");
    const auto truth = *make_count_metric("macs")->additive(space, 224);
    std::vector<double> values(1000);
    truth.evaluate(sample(space, 1000, Rng(99), 224), values);
    const double noise = 0.3 * std::sqrt(Population::variance_of(values));
    double of_random = 0;
    double of_suggested = 0;
    const auto archs = suggested(space, 300, 1);
    for (int seed = 0; seed < 12; ++seed) {
        of_random += squared_error(space, truth, sample(space, 300, Rng(seed), 224), noise, seed);
        of_suggested += squared_error(space, truth, archs, noise, seed);
    }
    EXPECT_LT(std::sqrt(of_suggested), 0.95 * std::sqrt(of_random));
}

}  // namespace
}  // namespace blockscope
