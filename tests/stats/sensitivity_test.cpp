#include "blockscope/stats/sensitivity.hpp"

#include <bit>
#include <cmath>
#include <numbers>
#include <numeric>

#include <gtest/gtest.h>

namespace blockscope {
namespace {

/// f of inputs that are uniform on [0, 1], or on the midpoints of `levels` equal parts of it.
template <typename F>
BlackBox uniform_box(std::size_t inputs, F f, int levels = 0) {
    BlackBox box;
    box.inputs = inputs;
    box.draw = [levels](Rng& rng, std::span<double> point) {
        for (double& x : point) x = levels > 0 ? (rng.below(levels) + 0.5) / levels : rng.uniform();
    };
    box.evaluate = [inputs, f](std::span<const double> points, std::span<double> values) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] = f(points.subspan(i * inputs, inputs));
        }
    };
    return box;
}

InputGroups each(std::size_t inputs) {
    InputGroups groups;
    for (std::size_t i = 0; i < inputs; ++i) groups.push_back({i});
    return groups;
}

double ishigami(std::span<const double> u) {
    const auto x = [&](std::size_t i) { return std::numbers::pi * (2 * u[i] - 1); };
    return std::sin(x(0)) + 7 * std::pow(std::sin(x(1)), 2) +
           0.1 * std::pow(x(2), 4) * std::sin(x(0));
}

const std::vector<double> g_weights{0, 1, 4.5, 9, 99};

double sobol_g(std::span<const double> x) {
    double product = 1;
    for (std::size_t i = 0; i < x.size(); ++i) {
        product *= (std::abs(4 * x[i] - 2) + g_weights[i]) / (1 + g_weights[i]);
    }
    return product;
}

/// Closed forms of a product of independent functions with means m and variances v.
struct ProductTruth {
    std::vector<double> first, total, shapley;
    ProductTruth(const std::vector<double>& m, const std::vector<double>& v) {
        const std::size_t k = m.size();
        const auto part = [&](std::size_t set) {
            double p = 1;
            for (std::size_t i = 0; i < k; ++i) p *= (set >> i & 1U) != 0 ? v[i] : m[i] * m[i];
            return p;
        };
        first.assign(k, 0);
        total.assign(k, 0);
        shapley.assign(k, 0);
        double variance = 0;
        for (std::size_t set = 1; set < (std::size_t{1} << k); ++set) variance += part(set);
        for (std::size_t set = 1; set < (std::size_t{1} << k); ++set) {
            const int members = std::popcount(set);
            for (std::size_t i = 0; i < k; ++i) {
                if ((set >> i & 1U) == 0) continue;
                if (members == 1) first[i] = part(set) / variance;
                total[i] += part(set) / variance;
                shapley[i] += part(set) / variance / members;
            }
        }
    }
};

ProductTruth g_truth(int levels) {
    std::vector<double> m;
    std::vector<double> v;
    for (const double a : g_weights) {
        if (levels == 0) {
            m.push_back(1);
            v.push_back(1 / (3 * (1 + a) * (1 + a)));
            continue;
        }
        double sum = 0;
        double squares = 0;
        for (int l = 0; l < levels; ++l) {
            const double g = (std::abs(4 * (l + 0.5) / levels - 2) + a) / (1 + a);
            sum += g / levels;
            squares += g * g / levels;
        }
        m.push_back(sum);
        v.push_back(squares - sum * sum);
    }
    return {m, v};
}

void expect_near(const std::vector<Estimate>& estimates, const std::vector<double>& truth,
                 double tolerance) {
    ASSERT_EQ(estimates.size(), truth.size());
    for (std::size_t i = 0; i < truth.size(); ++i) {
        EXPECT_NEAR(estimates[i].value, truth[i], tolerance) << "group " << i;
    }
}

// Ishigami and Homma (1990) with a = 7, b = 0.1; values printed in Saltelli et al. (2008)
TEST(Sensitivity, GivesTheKnownIndicesOfIshigami) {
    Rng rng(1);
    SensitivityOptions options;
    options.rows = 20000;
    options.resamples = 20;
    const auto box = uniform_box(3, ishigami);
    const auto s = sobol_indices(box, each(3), rng, options);
    expect_near(s.first, {0.3139, 0.4424, 0}, 0.02);
    expect_near(s.total, {0.5576, 0.4424, 0.2437}, 0.02);
    EXPECT_EQ(s.evaluations, 100000);
    const auto shapley = shapley_effects(box, each(3), rng, options);
    expect_near(shapley.share, {0.4357, 0.4424, 0.1218}, 0.02);
    EXPECT_EQ(shapley.evaluations, 160000);
}

TEST(Sensitivity, CountsAGroupAsOneFactor) {
    Rng rng(1);
    SensitivityOptions options;
    options.rows = 20000;
    options.resamples = 20;
    const auto s = sobol_indices(uniform_box(3, ishigami), {{0, 2}, {1}}, rng, options);
    expect_near(s.first, {0.5576, 0.4424}, 0.02);
    expect_near(s.total, {0.5576, 0.4424}, 0.02);
}

// Sobol's G, closed form; with 3 and 4 levels as well, the way a design space is discrete
TEST(Sensitivity, GivesTheClosedFormOfSobolGAlsoDiscretised) {
    for (const int levels : {0, 3, 4}) {
        SCOPED_TRACE(levels);
        const auto truth = g_truth(levels);
        const auto box = uniform_box(5, sobol_g, levels);
        Rng rng(2);
        SensitivityOptions options;
        options.rows = 20000;
        options.resamples = 20;
        const auto s = sobol_indices(box, each(5), rng, options);
        expect_near(s.first, truth.first, 0.02);
        expect_near(s.total, truth.total, 0.02);
        expect_near(shapley_effects(box, each(5), rng, options).share, truth.shapley, 0.02);
        options.exact_up_to = 4;  // by random orders
        options.rows = 40000;
        const auto orders = shapley_effects(box, each(5), rng, options);
        expect_near(orders.share, truth.shapley, 0.02);
        EXPECT_EQ(orders.evaluations, 240000);
    }
}

TEST(Sensitivity, ShapleySharesSumToOne) {
    Rng rng(3);
    SensitivityOptions options;
    options.rows = 50;
    for (const std::size_t exact_up_to : {0, 6}) {
        options.exact_up_to = exact_up_to;
        const auto shapley = shapley_effects(uniform_box(5, sobol_g), each(5), rng, options);
        double sum = 0;
        for (const auto& e : shapley.share) sum += e.value;
        EXPECT_NEAR(sum, 1, 1e-12);
    }
}

TEST(Sensitivity, HasNoSharesOfAConstant) {
    Rng rng(4);
    const auto box = uniform_box(2, [](std::span<const double>) { return 5.0; });
    EXPECT_TRUE(std::isnan(sobol_indices(box, each(2), rng).first[0].value));
    EXPECT_TRUE(std::isnan(shapley_effects(box, each(2), rng).share[1].value));
}

TEST(Sensitivity, IntervalsCoverTheTruthAtTheirLevel) {
    const auto truth = g_truth(4);
    const auto box = uniform_box(5, sobol_g, 4);
    SensitivityOptions options;
    options.rows = 400;
    options.resamples = 200;
    double covered = 0;
    double shapley_covered = 0;
    const int runs = 80;
    for (int run = 0; run < runs; ++run) {
        Rng rng(run);
        const auto s = sobol_indices(box, each(5), rng, options);
        options.exact_up_to = run % 2 == 0 ? 6 : 0;
        const auto shapley = shapley_effects(box, each(5), rng, options);
        for (std::size_t i = 0; i < 5; ++i) {
            covered += s.first[i].low <= truth.first[i] && truth.first[i] <= s.first[i].high;
            covered += s.total[i].low <= truth.total[i] && truth.total[i] <= s.total[i].high;
            shapley_covered += shapley.share[i].low <= truth.shapley[i] &&
                               truth.shapley[i] <= shapley.share[i].high;
        }
    }
    EXPECT_NEAR(covered / (10 * runs), 0.95, 0.03);
    EXPECT_NEAR(shapley_covered / (5 * runs), 0.95, 0.035);
}

}  // namespace
}  // namespace blockscope
