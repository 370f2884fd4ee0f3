#include <algorithm>
#include <cmath>
#include <span>

#include <gtest/gtest.h>

#include "blockscope/profile/kernel_means.hpp"
#include "blockscope/profile/link_means.hpp"
#include "blockscope/profile/pool.hpp"
#include "blockscope/space/sampling.hpp"

#include "tests/profile/small_space.hpp"

// Surrogates beyond the additive one: their means under conditions against enumeration, and that
// none has seen the members it is used for.
namespace blockscope {
namespace {

/// A sum over layers, cut off at `most`, which one network in six exceeds.
struct CutOff {
    DesignSpace space = small_space();
    Population all{space};
    LayerTable table = additive(space);
    double most = quantile(5.0 / 6);

    double operator()(const Architecture& a) const { return std::min(most, table.value(a)); }
    std::vector<double> of(std::span<const Architecture> archs) const {
        std::vector<double> values;
        for (const auto& a : archs) values.push_back((*this)(a));
        return values;
    }

private:
    static LayerTable additive(const DesignSpace& space) {
        LayerTable t = random_table(space, 3);
        for (int u = 0; u < t.unit_count(); ++u) {  // nothing that depends on the width before
            for (int i = 1; i < t.incoming_states(u); ++i) {
                for (int w = 0; w < t.width_states(u); ++w) {
                    for (int b = 0; b < static_cast<int>(space.blocks.size()); ++b) {
                        t.term(u, 0, i, w, b) = t.term(u, 0, 0, w, b);
                    }
                }
            }
        }
        return t;
    }
    double quantile(double p) const {
        std::vector<double> values;
        for (const auto& a : all.archs) values.push_back(table.value(a));
        std::sort(values.begin(), values.end());
        return values[static_cast<std::size_t>(p * static_cast<double>(values.size()))];
    }
};

/// Mean of f in every stratum by enumeration.
template <typename Function>
std::vector<double> enumerated(const Population& all, const Strata& strata, Function f) {
    std::vector<double> sum(static_cast<std::size_t>(strata.size()));
    std::vector<double> probability(sum.size());
    std::vector<int> numbers(static_cast<std::size_t>(strata.most()));
    for (std::size_t i = 0; i < all.archs.size(); ++i) {
        const int n = strata.of(all.archs[i], numbers.data());
        for (int k = 0; k < n; ++k) {
            const auto s = static_cast<std::size_t>(numbers[static_cast<std::size_t>(k)]);
            sum[s] += all.probability[i] * f(all.archs[i]);
            probability[s] += all.probability[i];
        }
    }
    for (std::size_t s = 0; s < sum.size(); ++s) sum[s] /= probability[s];
    return sum;
}

class Surrogates : public testing::TestWithParam<Protocol> {
protected:
    CutOff metric;
    Strata strata{metric.space, GetParam()};
};

TEST_P(Surrogates, LinkMeansEqualEnumeration) {
    const auto archs = sample(metric.space, 400, Rng(1), 32);
    const auto values = metric.of(archs);
    const std::vector<int> resolutions{32};
    const Pool pool(metric.space, {archs, values}, resolutions, GetParam());
    ASSERT_TRUE(pool.link());
    const std::size_t folds = pool.grids().size();
    const auto means = link_means(pool.link()->links, pool.grids(), strata, 1);
    for (std::size_t f = 0; f < folds; f += 3) {
        const auto truth = enumerated(metric.all, strata, [&](const Architecture& a) {
            return pool.link()->links[f](pool.grids()[f].value(a, 0));
        });
        for (std::size_t s = 0; s < truth.size(); ++s) {
            EXPECT_NEAR(means[s * folds + f], truth[s], 1e-9) << "stratum " << s;
        }
    }
}

TEST_P(Surrogates, KernelMeansEqualEnumeration) {
    const auto landmarks = sample(metric.space, 7, Rng(2), 32);
    const ProductKernel kernel(metric.space, 5);
    const KernelCorrection correction{
        kernel, landmarks, {{1, -2, 3, 0, 1, 1, 0.5}, {0, 1, 0, -1, 2, 0, 1}}, {}};
    const auto means = kernel_means(correction, metric.space, strata);
    for (std::size_t f = 0; f < 2; ++f) {
        const auto truth = enumerated(metric.all, strata, [&](const Architecture& a) {
            double sum = 0;
            for (std::size_t j = 0; j < landmarks.size(); ++j) {
                sum += correction.weights[f][j] * kernel(a, landmarks[j]);
            }
            return sum;
        });
        for (std::size_t s = 0; s < truth.size(); ++s) {
            EXPECT_NEAR(means[s * 2 + f], truth[s], 1e-9) << "stratum " << s;
        }
    }
}

TEST_P(Surrogates, IntervalsHoldWhereTheMetricIsCutOff) {
    const std::vector<int> resolutions{32};
    const auto truth = enumerated(metric.all, strata, metric);
    double covered = 0;
    double tried = 0;
    double narrower = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        const auto archs = sample(metric.space, 300, Rng(100 + seed), 32);
        const auto values = metric.of(archs);
        const Pool pool(metric.space, {archs, values}, resolutions, GetParam());
        narrower += pool.link() ? pool.link()->left : 1;
        for (int s = 0; s < strata.size(); ++s) {
            const Estimate e = pool.mean({{s, 1.0}}).interval(0.95);
            if (std::isnan(e.low)) continue;
            ++tried;
            covered += e.low <= truth[static_cast<std::size_t>(s)] &&
                       truth[static_cast<std::size_t>(s)] <= e.high;
        }
    }
    EXPECT_NEAR(covered / tried, 0.95, 0.025);
    EXPECT_LT(narrower / 40, 0.4);  // of the residuals' variance
}

INSTANTIATE_TEST_SUITE_P(Protocols, Surrogates,
                         testing::Values(Protocol::definition, Protocol::published),
                         [](const auto& tested) { return std::string(to_string(tested.param)); });

TEST(KernelCorrection, NoFoldsModelUsesItsOwnMembersAsLandmarks) {
    const DesignSpace space = small_space();
    const auto archs = sample(space, 600, Rng(1), 32);
    std::vector<double> values;
    for (const auto& a : archs) values.push_back(a.block[0] == a.block[1] ? 1.0 : 0.0);
    std::vector<std::uint8_t> fold;
    for (std::size_t i = 0; i < archs.size(); ++i) fold.push_back(static_cast<std::uint8_t>(i % 5));
    const auto k = kernel_correction(space, archs, values, fold, 5,
                                     [&](std::size_t, std::size_t i) { return values[i] - 0.3; });
    ASSERT_TRUE(k);
    for (std::size_t j = 0; j < k->landmarks.size(); ++j) {
        for (std::size_t f = 0; f < 5; ++f) {
            EXPECT_EQ(k->weights[f][j] == 0, fold[j] == f) << "landmark " << j << ", fold " << f;
        }
    }
}

}  // namespace
}  // namespace blockscope
