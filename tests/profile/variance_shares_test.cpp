#include "blockscope/profile/variance_shares.hpp"

#include <cmath>
#include <map>
#include <tuple>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/metric/count_metric.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/space/sampling.hpp"

#include "tests/profile/small_space.hpp"
#include "tests/stats/random_normal.hpp"
#include "tests/test_data.hpp"

namespace blockscope {
namespace {

std::map<std::string, Estimate> by_name(const std::vector<VarianceShare>& shares) {
    std::map<std::string, Estimate> result;
    for (const auto& s : shares) result[s.factor] = s.share;
    return result;
}

std::vector<double> values_of(const LayerTable& table, const std::vector<Architecture>& archs) {
    std::vector<double> values(archs.size());
    table.evaluate(archs, values);
    return values;
}

/// The shares of any function of the small space, from all of its architectures, by the words of
/// docs/statistics.md.
std::map<std::string, double> enumerated(const DesignSpace& space, const Population& all,
                                         const std::vector<double>& values) {
    const double total = all.variance(values);
    const auto v = [&](auto key) { return all.variance_of_means(values, key) / total; };
    std::map<std::string, double> shares;
    using A = Architecture;
    const double stem = v([](const A& a) { return a.stem[0]; });
    const double w1 = v([](const A& a) { return a.width[0]; });
    const double w2 = v([](const A& a) { return a.width[1]; });
    const double stem_w1 = v([](const A& a) { return std::pair(a.stem[0], a.width[0]); });
    const double w1_w2 = v([](const A& a) { return std::pair(a.width[0], a.width[1]); });
    shares["stem choices"] = stem + 0.5 * (stem_w1 - stem - w1);
    shares["U1 width"] = w1 + 0.5 * (stem_w1 - stem - w1) + 0.5 * (w1_w2 - w1 - w2);
    shares["U2 width"] = w2 + 0.5 * (w1_w2 - w1 - w2);
    double additive = shares["stem choices"] + shares["U1 width"] + shares["U2 width"];
    for (int u = 0; u < 2; ++u) {
        const auto unit = "U" + std::to_string(u + 1);
        double whole = shares[unit + " width"];
        shares[unit + " depth"] = v([u](const A& a) { return std::pair(a.width[u], a.depth[u]); }) -
                                  v([u](const A& a) { return a.width[u]; });
        whole += shares[unit + " depth"];
        additive += shares[unit + " depth"];
        for (int l = 0; l < space.units[u].max_depth; ++l) {
            const int slot = space.units[u].first_slot + l;
            const auto seen = [u, l](const A& a) {
                const int incoming = l > 0 ? 0 : u == 0 ? a.stem[0] : a.width[0];
                return std::tuple(incoming, a.width[u], a.depth[u] > l);
            };
            const auto within = [&](auto key) {
                return v([&](const A& a) {
                           return std::pair(seen(a), a.depth[u] > l ? key(a.block[slot]) : -1);
                       }) -
                       v(seen);
            };
            const auto name = unit + " L" + std::to_string(l + 1) + " ";
            const double block = within([](int b) { return b; });
            shares[name + "block"] = block;
            whole += block;
            additive += block;
            if (u == 1) continue;  // three of four candidates are no grid
            const double expansion = within([&](int b) { return int(space.blocks[b].expand); });
            const double kernel = within([&](int b) { return space.blocks[b].kernel; });
            shares[name + "expansion"] = expansion;
            shares[name + "kernel"] = kernel;
            shares[name + "expansion x kernel"] = block - expansion - kernel;
        }
        shares[unit] = whole;
    }
    shares["additive"] = additive;
    shares["interaction"] = 1 - additive;
    shares["noise"] = 0;
    return shares;
}

TEST(VarianceShares, OfASumOverLayersAreThoseOfAllArchitectures) {
    const auto space = small_space();
    const Population all(space);
    ASSERT_EQ(std::to_string(all.archs.size()), size(space).total);
    for (int seed = 0; seed < 5; ++seed) {
        const auto table = random_table(space, seed);
        const auto truth = enumerated(space, all, values_of(table, all.archs));
        EXPECT_NEAR(truth.at("interaction"), 0, 1e-10);
        const auto shares = by_name(exact_variance_shares(space, {{table}}));
        ASSERT_EQ(shares.size(), truth.size());
        for (const auto& [factor, share] : truth) {
            EXPECT_NEAR(shares.at(factor).value, share, 1e-10) << factor;
        }
    }
}

// Worked by hand: M counts the layers of unit 5. Depth 2, 3, 4 varies it and nothing else does.
TEST(VarianceShares, AreAllDepthIfOnlyTheNumberOfLayersCounts) {
    const auto space = load_space("ofa-mbv3");
    LayerTable table(space, LayerTable::Combine::sum);
    for (int l = 0; l < 4; ++l) {
        for (int b = 0; b < 9; ++b) table.term(4, l, 0, 0, b) = 1;
    }
    const auto shares = by_name(exact_variance_shares(space, {{table}}));
    EXPECT_NEAR(shares.at("U5 depth").value, 1, 1e-12);
    EXPECT_NEAR(shares.at("U5 L3 block").value, 0, 1e-12);
    EXPECT_EQ(shares.at("interaction").value, 0);
    EXPECT_EQ(shares.count("U5 width"), 0);  // nothing to choose
}

TEST(VarianceShares, SumToOneOnEveryBuiltInSpace) {
    for (const auto& name : built_in_space_names()) {
        const auto space = load_space(name);
        const auto table = *make_count_metric("macs")->additive(space, 224);
        double whole = 0;
        double small = 0;
        for (const auto& s : exact_variance_shares(space, {{table}})) {
            EXPECT_GE(s.share.value, -1e-9) << s.factor;
            if (s.factor.find(' ') == std::string::npos && s.factor[0] == 'U') {
                whole += s.share.value;
            } else if (s.factor == "stem choices") {
                whole += s.share.value;
                small += s.share.value;
            } else if (s.factor.ends_with("block") || s.factor.ends_with("depth") ||
                       s.factor.ends_with("width")) {
                small += s.share.value;
            }
        }
        EXPECT_NEAR(whole, 1, 1e-9) << name;
        EXPECT_NEAR(small, 1, 1e-9) << name;
    }
}

TEST(VarianceShares, OfAConstantAreUnknown) {
    const auto space = load_space("ofa-mbv3");
    const LayerTable table(space, LayerTable::Combine::sum);
    EXPECT_TRUE(std::isnan(exact_variance_shares(space, {{table}}).front().share.value));
    const auto archs = sample(space, 300, Rng(1), 224);
    const std::vector<double> values(archs.size(), 5.0);
    for (const auto& s : pooled_variance_shares(space, {archs, values})) {
        EXPECT_TRUE(std::isnan(s.share.value)) << s.factor;
    }
}

TEST(VarianceShares, RefuseMaximaAndTinyPools) {
    const auto space = load_space("ofa-mbv3");
    EXPECT_THROW(exact_variance_shares(space, {{LayerTable(space, LayerTable::Combine::max)}}),
                 Error);
    const auto archs = sample(space, 19, Rng(1), 224);
    EXPECT_THROW(pooled_variance_shares(space, {archs, std::vector<double>(19, 1.0)}), Error);
}

/// A sum over layers and something that no sum is: unit 1's last block with unit 2's depth.
std::vector<double> interacting(const LayerTable& table, const std::vector<Architecture>& archs) {
    auto values = values_of(table, archs);
    for (std::size_t i = 0; i < archs.size(); ++i) {
        const auto& a = archs[i];
        values[i] += (a.block[0] == 3 ? 1.0 : -0.3) * (a.depth[1] == 2 ? 0.8 : -0.4);
    }
    return values;
}

TEST(PooledVarianceShares, AreUnbiasedAndCoverTheSharesOfAllArchitectures) {
    const auto space = small_space();
    const Population all(space);
    const auto table = random_table(space, 11);
    const auto truth = enumerated(space, all, interacting(table, all.archs));
    ASSERT_GT(truth.at("interaction"), 0.05);
    const int runs = 60;
    for (const std::size_t n : {200, 1500}) {
        std::map<std::string, double> mean;
        double covered = 0;
        for (int run = 0; run < runs; ++run) {
            const auto archs = sample(space, n, Rng(run), 32);
            const auto values = interacting(table, archs);
            const auto shares = pooled_variance_shares(space, {archs, values});
            for (const auto& s : shares) {
                mean[s.factor] += s.share.value / runs;
                covered += s.share.low <= truth.at(s.factor) && truth.at(s.factor) <= s.share.high;
            }
        }
        SCOPED_TRACE(n);
        EXPECT_NEAR(covered / (runs * static_cast<double>(truth.size())), 0.95, 0.03);
        for (const auto& [factor, share] : truth) {
            EXPECT_NEAR(mean[factor], share, n < 1000 ? 0.01 : 0.003) << factor;
        }
    }
}

// where the model has as many coefficients as there are networks, and depth is a large effect
TEST(PooledVarianceShares, CoverAtTheirLevelInALargeSpaceFromFewNetworks) {
    const auto space = load_space("ofa-mbv3");
    const auto table = *make_count_metric("macs")->additive(space, 224);
    const auto exact = exact_variance_shares(space, {{table}});
    const double variance =
        Population::variance_of(values_of(table, sample(space, 20000, Rng(9), 224)));
    double covered = 0;
    double depths_covered = 0;
    double worst_bias = 0;
    const int runs = 15;
    std::map<std::string, double> mean;
    VarianceOptions options;
    options.noisy = true;
    for (int run = 0; run < runs; ++run) {
        const auto archs = sample(space, 300, Rng(run), 224);
        auto values = values_of(table, archs);
        Rng rng(run + 1000);
        for (double& v : values) v += 0.5 * std::sqrt(variance) * random_normal(rng);
        const auto shares = by_name(pooled_variance_shares(space, {archs, values}, options));
        for (const auto& s : exact) {
            if (s.factor == "interaction" || s.factor == "noise") continue;
            const double truth = 0.8 * s.share.value;
            const Estimate& e = shares.at(s.factor);
            const bool inside = e.low <= truth && truth <= e.high;
            covered += inside;
            depths_covered += inside && s.factor.ends_with("depth");
            mean[s.factor] += (e.value - truth) / runs;
        }
    }
    for (const auto& [factor, bias] : mean) worst_bias = std::max(worst_bias, std::abs(bias));
    EXPECT_NEAR(covered / (runs * static_cast<double>(mean.size())), 0.96, 0.025);
    EXPECT_GE(depths_covered / (runs * 5.0), 0.88);
    EXPECT_LT(worst_bias, 0.02);
}

// the published accuracy predictor: an independent fit of an additive model to it explained 94.7 %
TEST(PooledVarianceShares, FindTheAdditivePartOfAPublishedPredictor) {
    NEEDS_DATA("predictors/ofa_mbv3_accuracy.safetensors");
    const auto space = load_space("ofa-mbv3");
    const auto file = data_directory() / "predictors" / "ofa_mbv3_accuracy.safetensors";
    const auto metric = make_metric("model:" + file.string(), space, 1, 1);
    const auto archs = sample(space, 4000, Rng(1), 224);
    const auto values = metric->evaluate(space, archs).values;
    const auto shares = by_name(pooled_variance_shares(space, {archs, values}));
    EXPECT_NEAR(shares.at("additive").value, 0.947, 0.005);
    EXPECT_NEAR(shares.at("interaction").value, 0.053, 0.005);
    EXPECT_GT(shares.at("U4 depth").low, shares.at("U3 depth").high);
}

// noise of a fifth of the variance, told by repeats or as a number; unknown it is not called
// interaction
TEST(PooledVarianceShares, TellNoiseFromInteractionIfTheyCan) {
    const auto space = load_space("ofa-mbv3");
    const auto table = *make_count_metric("params")->additive(space, 224);
    auto archs = sample(space, 1500, Rng(3), 224);
    auto values = values_of(table, archs);
    const double spread = 0.5 * std::sqrt(Population::variance_of(values));
    const auto noisy = [&](std::uint64_t seed) {
        Rng rng(seed);
        auto result = values;
        for (double& v : result) v += spread * random_normal(rng);
        return result;
    };
    const auto first = noisy(1);
    VarianceOptions options;
    options.noisy = true;
    const auto unknown = by_name(pooled_variance_shares(space, {archs, first}, options));
    EXPECT_NEAR(unknown.at("interaction and noise").value, 0.2, 0.03);
    EXPECT_EQ(unknown.count("noise"), 0);
    const auto told = by_name(pooled_variance_shares(space, {archs, first, {}, spread}, options));
    EXPECT_NEAR(told.at("noise").value, 0.2, 0.02);
    EXPECT_LE(told.at("interaction").low, 0);
    EXPECT_GE(told.at("interaction").high, 0);

    const auto second = noisy(2);
    values = first;
    for (std::size_t i = 0; i < 500; ++i) {
        archs.push_back(archs[i]);
        values.push_back(second[i]);
    }
    const auto repeated = by_name(pooled_variance_shares(space, {archs, values}, options));
    EXPECT_NEAR(repeated.at("noise").value, 0.2, 0.03);
    EXPECT_LE(repeated.at("noise").low, 0.2);
    EXPECT_GE(repeated.at("noise").high, 0.2);
    EXPECT_NEAR(repeated.at("additive").value, 0.8, 0.03);
    EXPECT_LE(repeated.at("interaction").low, 0);
    EXPECT_GE(repeated.at("interaction").high, 0);
}

// every second architecture with unit 2 deep is thrown away; weights make up for it
TEST(PooledVarianceShares, CountWeightsAsDrawingDensity) {
    const auto space = small_space();
    const Population all(space);
    const auto table = random_table(space, 11);
    const auto truth = enumerated(space, all, interacting(table, all.archs));
    std::map<std::string, double> mean;
    const int runs = 40;
    for (int run = 0; run < runs; ++run) {
        std::vector<Architecture> archs;
        std::vector<double> weights;
        Rng rng(run);
        for (const auto& a : sample(space, 1500, Rng(run), 32)) {
            const bool deep = a.depth[1] == 2;
            if (deep && rng.below(2) == 0) continue;
            archs.push_back(a);
            weights.push_back(deep ? 2 : 1);
        }
        const auto values = interacting(table, archs);
        for (const auto& s : pooled_variance_shares(space, {archs, values, weights})) {
            mean[s.factor] += s.share.value / runs;
        }
    }
    for (const auto& [factor, share] : truth) EXPECT_NEAR(mean[factor], share, 0.007) << factor;
}

/// What the same choices do at two resolutions, the second one's values larger and other.
struct TwoResolutions {
    DesignSpace space = small_space();
    Population all{space};
    std::vector<LayerTable> tables{random_table(space, 21), random_table(space, 22)};

    std::vector<double> values(std::size_t r, const std::vector<Architecture>& archs,
                               bool interact) const {
        auto result = interact ? interacting(tables[r], archs) : values_of(tables[r], archs);
        for (double& v : result) v += r == 0 ? 0 : 3;
        return result;
    }

    /// Shares by the words of docs/statistics.md: variances within each resolution, averaged, and
    /// that between their means.
    std::map<std::string, double> truth(bool interact) const {
        std::map<std::string, double> parts;
        double means[2];
        double total = 0;
        for (std::size_t r = 0; r < 2; ++r) {
            const auto v = values(r, all.archs, interact);
            const double variance = all.variance(v);
            for (const auto& [factor, share] : enumerated(space, all, v)) {
                parts[factor] += share * variance / 2;
            }
            means[r] = all.mean(v);
            total += variance / 2;
        }
        const double between = (means[0] - means[1]) * (means[0] - means[1]) / 4;
        parts["resolution"] = between;
        parts["additive"] += between;
        total += between;
        for (auto& [factor, part] : parts) part /= total;
        return parts;
    }
};

TEST(VarianceShares, OfSeveralResolutionsAreThoseWithinThemAndBetween) {
    const TwoResolutions two;
    auto tables = two.tables;
    for (int v = 0; v < tables[1].stem_variants(); ++v) tables[1].stem(v) += 3;
    const auto shares = by_name(exact_variance_shares(two.space, tables));
    const auto truth = two.truth(false);
    ASSERT_EQ(shares.size(), truth.size());
    EXPECT_GT(truth.at("resolution"), 0.1);
    for (const auto& [factor, share] : truth) {
        EXPECT_NEAR(shares.at(factor).value, share, 1e-9) << factor;
    }
}

TEST(PooledVarianceShares, OfSeveralResolutionsAreRightOnAverageAndInTheirIntervals) {
    const TwoResolutions two;
    const auto truth = two.truth(true);
    std::map<std::string, double> mean;
    double covered = 0;
    const int runs = 40;
    for (int run = 0; run < runs; ++run) {
        std::vector<Architecture> archs;
        std::vector<double> values;
        for (std::size_t r = 0; r < 2; ++r) {  // the second twice as often, which must not count
            const auto own = sample(two.space, 400 + 400 * r, Rng(run).fork(r), r == 0 ? 32 : 64);
            const auto v = two.values(r, own, true);
            archs.insert(archs.end(), own.begin(), own.end());
            values.insert(values.end(), v.begin(), v.end());
        }
        for (const auto& s : pooled_variance_shares(two.space, {archs, values})) {
            mean[s.factor] += s.share.value / runs;
            covered += s.share.low <= truth.at(s.factor) && truth.at(s.factor) <= s.share.high;
        }
    }
    for (const auto& [factor, share] : truth) EXPECT_NEAR(mean[factor], share, 0.01) << factor;
    const auto noiseless = static_cast<double>(runs);  // whose share 0 is always covered
    EXPECT_NEAR((covered - noiseless) / (runs * static_cast<double>(truth.size() - 1)), 0.95, 0.03);
}

TEST(PooledVarianceShares, AreNotGivenForAHandfulOfValuesAtAResolution) {
    const TwoResolutions two;
    auto archs = sample(two.space, 60, Rng(1), 32);
    for (std::size_t i = 0; i < 3; ++i) archs[i].resolution = 64;
    EXPECT_TRUE(pooled_variance_shares(two.space, {archs, two.values(0, archs, true)}).empty());
    archs[3].resolution = 64;
    const auto shares = pooled_variance_shares(two.space, {archs, two.values(0, archs, true)});
    for (const auto& s : shares) EXPECT_TRUE(std::isfinite(s.share.high)) << s.factor;
    EXPECT_EQ(shares.front().factor, "resolution");
}

// E[max] has no closed form here; what does not vary the largest term has no share
TEST(SampledVarianceShares, AnswerForALargestTerm) {
    const auto space = load_space("ofa-mbv3");
    LayerTable table(space, LayerTable::Combine::max);
    for (int b = 0; b < 9; ++b) table.term(0, 0, 0, 0, b) = b;
    const auto shares = by_name(sampled_variance_shares(space, {{table}}, {{224}}, 0.95));
    EXPECT_NEAR(shares.at("U1 L1 block").value, 1, 1e-6);
    EXPECT_NEAR(shares.at("U1 L2 block").value, 0, 1e-6);
}

}  // namespace
}  // namespace blockscope
