#include "blockscope/model/fit.hpp"

#include <cmath>
#include <set>

#include <gmock/gmock.h>

#include "blockscope/base/error.hpp"
#include "blockscope/metric/given_table.hpp"
#include "blockscope/model/fitted_model_file.hpp"

#include "tests/model/planted.hpp"
#include "tests/test_data.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;

FitOptions options(const char* kind, double holdout = 0, std::uint64_t seed = 1) {
    FitOptions o;
    o.kind = kind;
    o.holdout = holdout;
    o.seed = seed;
    return o;
}

double mean_error(const FittedModel& model, std::span<const Architecture> archs,
                  std::span<const double> values) {
    double sum = 0;
    for (std::size_t i = 0; i < archs.size(); ++i) {
        sum += std::abs(value(model, archs[i]) - values[i]);
    }
    return sum / static_cast<double>(archs.size());
}

/// Mean over some samples of n of the error of hierarchical and of ridge on the rest.
struct Duel {
    double hierarchical = 0, ridge = 0;
};
Duel duel(const DesignSpace& space, std::span<const Architecture> archs,
          std::span<const double> values, std::size_t n, std::size_t samples) {
    Duel d;
    for (std::size_t s = 0; s < samples; ++s) {
        const auto few = archs.subspan(s * n, n);
        const auto few_values = values.subspan(s * n, n);
        const auto rest = archs.subspan(samples * n);
        const auto rest_values = values.subspan(samples * n);
        d.hierarchical +=
            mean_error(fit_model(space, few, few_values, options("hierarchical")).model, rest,
                       rest_values) /
            static_cast<double>(samples);
        d.ridge += mean_error(fit_model(space, few, few_values, options("ridge")).model, rest,
                              rest_values) /
                   static_cast<double>(samples);
    }
    return d;
}

TEST(Fit, BeatsPlainRidgeWithFewRowsOfPlantedMetrics) {
    const auto space = load_space("ofa-mbv3");
    for (const auto& planted : {Planted(planted_latency), Planted(planted_accuracy)}) {
        const auto s = planted_sample(space, planted, 800, 3, 0.02);
        for (const std::size_t n : {50, 100}) {
            const Duel d = duel(space, s.archs, s.values, n, 4);
            EXPECT_LT(d.hierarchical, 0.8 * d.ridge) << n;
        }
    }
}

// where all is noise, nothing is gained and nothing lost
TEST(Fit, IsNoWorseThanPlainRidgeWhereMostIsNoise) {
    const auto space = load_space("ofa-mbv3");
    const auto s = planted_sample(space, planted_latency, 1000, 4, 1.0);
    const Duel d = duel(space, s.archs, s.values, 100, 5);
    EXPECT_LT(d.hierarchical, 1.02 * d.ridge);
}

TEST(Fit, BeatsPlainRidgeWithFewRowsOfMeasuredLatencies) {
    NEEDS_DATA("measured/ofa_mbv3_gpu_latency.csv");
    const auto space = load_space("ofa-mbv3");
    const auto table =
        read_given_table(space, (data_directory() / "measured/ofa_mbv3_gpu_latency.csv").string());
    for (const char* name : {"latency_2080ti_batch1_ms", "latency_v100_batch64_ms"}) {
        const auto column = given_column(table, name);
        // a model knows the resolutions of its rows only; the curve's know all
        const auto result = fit_model(space, std::span(column.archs).first(1000),
                                      std::span(column.values).first(1000), options("ridge", 0.75));
        std::size_t compared = 0;
        for (const auto& point : result.model.card.curve) {
            if (point.rows != 50 && point.rows != 100) continue;
            EXPECT_LE(point.error.hierarchical, 1.01 * point.error.ridge) << name << point.rows;
            ++compared;
        }
        EXPECT_EQ(compared, 2);
    }
}

TEST(Fit, BeatsPlainRidgeWithFewRowsOfPublishedPredictors) {
    NEEDS_DATA("ofa_mbv3_reference.csv");
    const auto space = load_space("ofa-mbv3");
    const auto table =
        read_given_table(space, (data_directory() / "ofa_mbv3_reference.csv").string());
    for (const char* name : {"accuracy", "latency_cpu_ms"}) {
        const auto column = given_column(table, name);
        PlantedSample at_224;
        for (std::size_t i = 0; i < column.archs.size(); ++i) {
            if (column.archs[i].resolution != 224) continue;
            at_224.archs.push_back(column.archs[i]);
            at_224.values.push_back(column.values[i]);
        }
        for (const std::size_t n : {50, 100}) {
            const Duel d = duel(space, at_224.archs, at_224.values, n, 4);
            EXPECT_LT(d.hierarchical, 0.85 * d.ridge) << name << n;
        }
    }
}

// 60 models of 100 rows each, 300 fresh architectures: the mean coverage is known to +- 0.5 %
TEST(Fit, PredictionIntervalsCoverAsOftenAsTheySay) {
    const auto space = load_space("ofa-mbv3");
    std::size_t inside = 0;
    std::size_t asked = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        const auto& planted = seed % 2 == 0 ? planted_latency : planted_accuracy;
        const auto s = planted_sample(space, planted, 100, seed, 0.1);
        const auto fresh = planted_sample(space, planted, 300, 1000 + seed, 0.1);
        const auto kind = seed % 3 == 0 ? "ridge" : seed % 3 == 1 ? "hierarchical" : "auto";
        const auto model = fit_model(space, s.archs, s.values, options(kind)).model;
        for (std::size_t i = 0; i < fresh.archs.size(); ++i) {
            const double miss = std::abs(value(model, fresh.archs[i]) - fresh.values[i]);
            inside += miss <= model.card.half_width ? 1 : 0;
            ++asked;
        }
    }
    const double share = static_cast<double>(inside) / static_cast<double>(asked);
    RecordProperty("covered", std::to_string(share));
    EXPECT_GE(share, 0.93);
    EXPECT_LE(share, 0.97);
}

/// Five learned models of 2,000 rows each, whose intervals 200 rows say, and 1,000 fresh
/// architectures: the mean coverage is known to +- 0.7 %.
class LearnedFit : public testing::TestWithParam<const char*> {};

TEST_P(LearnedFit, PredictionIntervalsCoverAsOftenAsTheySay) {
    if (GetParam() == std::string("boosted") && !can_train_trees()) {
        GTEST_SKIP() << "built without XGBoost";
    }
    const auto space = load_space("ofa-mbv3");
    FitOptions small = options(GetParam());
    small.widths = {16, 16};
    small.window = 2;
    small.hidden = 8;
    small.steps = GetParam() == std::string("gru") ? 3 : 800;
    std::size_t inside = 0;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const auto s = planted_sample(space, planted_pairs, 2000, 100 + seed, 0.5);
        const auto fresh = planted_sample(space, planted_pairs, 1000, 5000 + seed, 0.5);
        const auto model = fit_model(space, s.archs, s.values, small).model;
        ASSERT_EQ(model.card.kind, GetParam());
        std::vector<double> said(fresh.archs.size());
        make_fitted_predictor(model, space)->predict(fresh.archs, said, 1);
        for (std::size_t i = 0; i < said.size(); ++i) {
            inside += std::abs(said[i] - fresh.values[i]) <= model.card.half_width ? 1 : 0;
        }
    }
    const double share = static_cast<double>(inside) / 5000;
    RecordProperty("covered", std::to_string(share));
    EXPECT_GE(share, 0.93);
    EXPECT_LE(share, 0.97);
}

INSTANTIATE_TEST_SUITE_P(Kinds, LearnedFit, testing::Values("mlp", "boosted", "gru"),
                         [](const auto& kind) { return std::string(kind.param); });

TEST(Fit, AutoTriesWhatTheRowsSufficeForAndSaysWhatItLeftOut) {
    const auto space = load_space("ofa-mbv3");
    FitOptions small = options("auto");
    small.widths = {8, 8};
    small.hidden = 4;
    small.steps = 2;
    const auto fit = [&](std::size_t rows) {
        const auto s = planted_sample(space, planted_latency, rows, 16, 0.1);
        return fit_model(space, s.archs, s.values, small);
    };
    const auto left_out = [](const FitResult& result) {
        std::string all;
        for (const auto& [kind, reason] : result.left_out) all += kind + ": " + reason + "; ";
        return all;
    };
    const auto few = fit(499);
    EXPECT_EQ(left_out(few),
              "boosted: 499 rows, of at least 500; mlp: 499 rows, of at least 500; "
              "gru: 499 rows, of at least 2000; ");
    EXPECT_TRUE(std::isnan(few.cross_validated.gru));
    const auto all = fit(2000);
    EXPECT_EQ(left_out(all),
              can_train_trees() ? "" : "boosted: the program was built without XGBoost; ");
    EXPECT_GT(all.cross_validated.mlp, 0);
    EXPECT_GT(all.cross_validated.gru, 0);
    EXPECT_EQ(all.yardstick.kind, "hierarchical");
    EXPECT_LT(all.yardstick.error, all.cross_validated.gru);
    EXPECT_EQ(few.yardstick.kind, "");
    EXPECT_EQ(to_text(fit(2000).model, space), to_text(all.model, space));

    small.level = 0.99;
    EXPECT_THAT(left_out(fit(600)), HasSubstr("mlp: it is judged by 60 rows; level 0.99 needs 99"));
    small.level = 0.95;
    const auto resnet = load_space("resnet50");
    const auto archs = sample(resnet, 2000, Rng(17), 224);
    std::vector<double> values;
    for (const auto& a : archs) values.push_back(a.depth[0] + 2 * a.depth[1]);
    EXPECT_THAT(left_out(fit_model(resnet, archs, values, small)),
                HasSubstr("gru: the space is not of nine MBConv blocks"));
}

TEST(Fit, AKernelIsTakenWhereItPaysAndNowhereElse) {
    const auto space = load_space("ofa-mbv3");
    const auto curved = planted_sample(space, planted_accuracy, 1200, 5);
    const auto result = fit_model(space, curved.archs, curved.values, options("auto"));
    EXPECT_EQ(result.model.card.kind, "kernel");
    EXPECT_LT(result.cross_validated.kernel, 0.97 * result.cross_validated.hierarchical);
    const auto sum = planted_sample(space, planted_latency, 1200, 5, 0.05);
    EXPECT_EQ(fit_model(space, sum.archs, sum.values, options("auto")).model.smooth, std::nullopt);
    EXPECT_THROW(fit_model(space, sum.archs, sum.values, options("kernel")), Error);
}

/// Two layers far apart that cost more together, which neither a sum nor a window sees.
double distant(const DesignSpace& space, const Architecture& a) {
    const bool both = space.blocks[a.block[0]].kernel == 7 && space.blocks[a.block[16]].kernel == 7;
    return 10 + (both ? 4 : 0) + 0.5 * a.depth[2];
}

TEST(Fit, TreesAreTakenWhereTheyPay) {
    const auto space = load_space("ofa-mbv3");
    const auto archs = sample(space, 1200, Rng(12), 224);
    std::vector<double> values;
    for (const auto& a : archs) values.push_back(distant(space, a));
    const auto fit = [&](const char* kind) {
        return fit_model(space, archs, values, options(kind));
    };
    const auto network = fit("mlp");
    EXPECT_EQ(network.model.card.kind, "mlp");
    EXPECT_TRUE(network.model.network);
    EXPECT_GT(network.cross_validated.mlp, 0);
    EXPECT_EQ(to_text(fit("mlp").model, space), to_text(network.model, space));
    if (!can_train_trees()) {
        EXPECT_THROW(fit("boosted"), Error);
        GTEST_SKIP() << "built without XGBoost";
    }
    const auto trees = fit("boosted");
    EXPECT_TRUE(trees.model.trees);
    EXPECT_LT(trees.cross_validated.boosted, 0.5 * trees.cross_validated.hierarchical);
    EXPECT_EQ(to_text(fit("boosted").model, space), to_text(trees.model, space));
    EXPECT_EQ(fit("auto").model.card.kind, "boosted");
}

TEST(Fit, HoldsOutABodyAtAllItsResolutionsOrAtNone) {
    const auto space = load_space("ofa-mbv3");
    for (std::uint64_t seed = 1; seed <= 2; ++seed) {
        PlantedSample s;
        for (const int r : {160, 192, 224}) {
            const auto one = planted_sample(space, planted_latency, 20, 9, 0.01, r);
            for (std::size_t i = 0; i < one.archs.size(); ++i) {
                s.archs.push_back(one.archs[i]);
                s.values.push_back(one.values[i] * r / 224);
            }
        }
        const auto& card =
            fit_model(space, s.archs, s.values, options("hierarchical", 0.25, seed)).model.card;
        EXPECT_EQ(card.rows % 3, 0);
        EXPECT_EQ(card.error.rows % 3, 0);
        EXPECT_EQ(card.rows + card.error.rows, 60);
        EXPECT_EQ(card.error.rows, 15);
    }
}

TEST(Fit, ReportsTheErrorOnRowsItNeverSaw) {
    const auto space = load_space("ofa-mbv3");
    const auto s = planted_sample(space, planted_latency, 300, 6, 0.1);
    const auto result = fit_model(space, s.archs, s.values, options("auto", 0.3));
    const auto& e = result.model.card.error;
    EXPECT_EQ(e.rows, 90);
    EXPECT_EQ(result.model.card.rows, 210);
    // the noise alone: 0.1 * sqrt(2 / pi)
    EXPECT_GT(e.mean_absolute.high, 0.08);
    EXPECT_LT(e.mean_absolute.low, 0.11);
    EXPECT_GT(e.within_10.value, e.within_5.value - 1e-9);
    EXPECT_GT(e.spearman.value, e.kendall.value);
    EXPECT_EQ(result.model.card.curve.front().rows, 10);
    EXPECT_EQ(result.model.card.curve.back().rows, 210);
    EXPECT_GT(result.model.card.curve.front().error.hierarchical,
              result.model.card.curve.back().error.hierarchical);
}

TEST(Fit, SameSeedGivesTheSameBytes) {
    const auto space = load_space("ofa-mbv3");
    const auto s = planted_sample(space, planted_accuracy, 60, 7, 0.1);
    const auto text = [&](std::uint64_t seed) {
        return to_text(fit_model(space, s.archs, s.values, options("auto", 0.2, seed)).model,
                       space);
    };
    EXPECT_EQ(text(1), text(1));
    EXPECT_NE(text(1), text(2));
}

TEST(Fit, RefusesWhatCannotBeFitted) {
    const auto space = load_space("ofa-mbv3");
    const auto s = planted_sample(space, planted_latency, 24, 8);
    const auto refusal = [&](std::span<const double> values, const FitOptions& o) -> std::string {
        try {
            fit_model(space, std::span(s.archs).first(values.size()), values, o);
        } catch (const Error& e) {
            EXPECT_EQ(e.fault(), Fault::input);
            return e.what();
        }
        return "fitted";
    };
    EXPECT_EQ(refusal(s.values, options("auto")), "fitted");
    EXPECT_THAT(refusal(s.values, options("auto", 0.2)),
                HasSubstr("24 architectures with a value leave 19 to fit; 20 are needed"));
    EXPECT_THAT(refusal({}, options("auto")), HasSubstr("20 are needed"));
    EXPECT_THAT(refusal(std::vector<double>(24, 3.5), options("auto")),
                HasSubstr("all values are 3.5"));
    FitOptions wide = options("auto");
    wide.level = 0.99;
    EXPECT_THAT(refusal(s.values, wide), HasSubstr("needs 99 rows; there are 24"));
    EXPECT_THAT(refusal(s.values, options("gru")),
                HasSubstr("needs 19 rows; there are 3 that 'gru' is judged by"));
}

// by hand: |residuals| 1 2 3 4 .. 19, k = ceil(20 * 0.95) = 19
TEST(ConformalHalfWidth, IsAnOrderStatistic) {
    std::vector<double> truth;
    for (int i = 1; i <= 19; ++i) truth.push_back(i % 2 == 0 ? i : -i);
    const std::vector<double> predicted(19, 0.0);
    EXPECT_EQ(conformal_half_width(truth, predicted, 0.95), 19);
    EXPECT_EQ(conformal_half_width(truth, predicted, 0.5), 10);
}

// by hand: 1, 2 and 4 of 10, 20 and 30 off
TEST(PredictionError, IsWhatItSays) {
    const std::vector<double> truth{10, 20, 30};
    const std::vector<double> predicted{11, 22, 26};
    const auto e = prediction_error(truth, predicted);
    EXPECT_NEAR(e.mean_absolute.value, 7.0 / 3, 1e-12);
    EXPECT_NEAR(e.mean_percent.value, (10 + 10 + 40.0 / 3) / 3, 1e-12);
    EXPECT_EQ(e.within_5.value, 0);
    EXPECT_NEAR(e.within_10.value, 200.0 / 3, 1e-9);
    EXPECT_EQ(e.spearman.value, 1);
    EXPECT_TRUE(std::isnan(
        prediction_error(std::vector<double>{0, 1}, std::vector<double>{1, 1}).mean_percent.value));
}

}  // namespace
}  // namespace blockscope
