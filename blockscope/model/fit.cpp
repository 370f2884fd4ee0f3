#include "blockscope/model/fit.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/model/gru.hpp"
#include "blockscope/model/kind_fit.hpp"
#include "blockscope/model/learning_curve.hpp"
#include "blockscope/stats/proportion.hpp"

namespace blockscope {
namespace {

bool is_learned(const std::string& kind) {
    return kind == "mlp" || kind == "boosted" || kind == "gru";
}

void check(const FitRows& rows, std::size_t all, const FitOptions& options) {
    if (rows.size() < least_fitted) {
        throw Error(fmt::format("{} architectures with a value leave {} to fit; {} are needed", all,
                                rows.size(), least_fitted));
    }
    const auto [least, most] = std::minmax_element(rows.values.begin(), rows.values.end());
    if (*least == *most) throw Error(fmt::format("all values are {}: nothing to fit", *least));
    if (is_learned(options.kind) && rows_judged(rows.size()) < rows_for_interval(options.level)) {
        throw Error(fmt::format(
            "a prediction interval at level {} needs {} rows; there are {} that '{}' is judged by, "
            "a tenth of those to fit",
            options.level, rows_for_interval(options.level), rows_judged(rows.size()),
            options.kind));
    }
}

std::vector<int> resolutions_of(std::span<const Architecture> archs) {
    std::vector<int> resolutions;
    for (const auto& a : archs) resolutions.push_back(a.resolution);
    std::sort(resolutions.begin(), resolutions.end());
    resolutions.erase(std::unique(resolutions.begin(), resolutions.end()), resolutions.end());
    if (resolutions.size() > 255) throw Error("a model holds up to 255 resolutions");
    return resolutions;
}

struct Choice {
    KindFit fit;
    std::string kind;
    KindErrors errors;
    Yardstick yardstick;
    std::vector<LeftOut> left_out;
};

/// Why "auto" does not try a kind that is learned; "" where it does.
std::string reason_against(const std::string& kind, const DesignSpace& space, std::size_t rows,
                           double level) {
    const std::size_t least = kind == "gru" ? least_for_gru : least_for_network;
    if (rows < least) return fmt::format("{} rows, of at least {}", rows, least);
    if (rows_judged(rows) < rows_for_interval(level)) {
        return fmt::format("it is judged by {} rows; level {} needs {}", rows_judged(rows), level,
                           rows_for_interval(level));
    }
    if (kind == "boosted" && !can_train_trees()) return "the program was built without XGBoost";
    if (kind == "gru" && !gru_knows(space)) return "the space is not of nine MBConv blocks";
    return "";
}

/// The kind that was asked for, or of "auto" the one with the least error.
Choice choose(const DesignSpace& space, const KindFitter& fitter, const FitRows& rows,
              const FitOptions& options) {
    const std::string& asked = options.kind;
    const bool any = asked == "auto";
    Choice chosen;
    KindErrors& errors = chosen.errors;
    const auto consider = [&](const char* name, KindFit fit, double& error) {
        error = fit.error;
        if (any && !chosen.kind.empty() && !(fit.error < chosen.fit.error)) return;
        chosen.fit = std::move(fit);
        chosen.kind = name;
    };
    if (any || asked == "ridge") {
        consider("ridge", fitter.additive(rows, Prior::independent), errors.ridge);
    }
    if (asked == "ridge") return chosen;

    const KindFit shared = fitter.additive(rows, Prior::shared);
    auto kernel = !any && asked != "kernel" ? std::nullopt : fitter.with_kernel(rows, shared);
    if (asked == "kernel" && !kernel) {
        throw Error(
            "a kernel gains nothing here: it takes 400 to 20,000 rows and a part of the "
            "variance that a sum over layers leaves; --model auto tells");
    }
    const bool sum = any || asked == "hierarchical" || asked == "kernel";
    if (sum) consider("hierarchical", shared, errors.hierarchical);
    if (sum && kernel) consider("kernel", std::move(*kernel), errors.kernel);
    errors.hierarchical = shared.error;

    const std::pair<const char*, double*> learners[] = {
        {"boosted", &errors.boosted}, {"mlp", &errors.mlp}, {"gru", &errors.gru}};
    double least = 0;  // on the rows that learned kinds are judged by
    for (const auto& [name, error] : learners) {
        if (!any && asked != name) continue;
        if (auto reason = reason_against(name, space, rows.size(), options.level);
            any && !reason.empty()) {
            chosen.left_out.push_back({name, std::move(reason)});
            continue;
        }
        KindFit learned = fitter.with_learned(name, rows, shared);
        *error = learned.error;
        if (chosen.yardstick.kind.empty()) {
            chosen.yardstick = {any ? chosen.kind : "hierarchical",
                                error_where_judged(rows, any ? chosen.fit : shared, learned)};
            least = chosen.yardstick.error;
        }
        if (any && learned.error >= least) continue;
        least = learned.error;
        chosen.fit = std::move(learned);
        chosen.kind = name;
    }
    return chosen;
}

}  // namespace

FitResult fit_model(const DesignSpace& space, std::span<const Architecture> archs,
                    std::span<const double> values, const FitOptions& options, Progress* progress) {
    const HeldOut parts = hold_out(archs, values, options.holdout, Rng(options.seed));
    check(parts.fitted, archs.size(), options);
    const std::vector<int> resolutions = resolutions_of(archs);
    const KindFitter fitter(space, resolutions, options, progress);
    const auto [chosen, kind, errors, yardstick, left_out] =
        choose(space, fitter, parts.fitted, options);

    FitResult result{fitter.model(chosen), errors, yardstick, {}, left_out};
    FittedCard& card = result.model.card;
    card.kind = kind;
    card.space = space.name;
    card.fingerprint = space.fingerprint();
    card.rows = parts.fitted.size();
    card.seed = options.seed;
    card.level = options.level;
    FitRows judged;
    std::vector<double> unseen;
    for (std::size_t i = 0; i < parts.fitted.size(); ++i) {
        if (std::isnan(chosen.predicted[i])) continue;
        judged.add(parts.fitted.archs[i], parts.fitted.values[i]);
        unseen.push_back(chosen.predicted[i]);
    }
    card.half_width = conformal_half_width(judged.values, unseen, options.level);
    const bool tested = !options.test_archs.empty();
    const auto archs_of_error =
        tested ? options.test_archs : std::span<const Architecture>(parts.held_out.archs);
    const auto truth =
        tested ? options.test_values : std::span<const double>(parts.held_out.values);
    if (truth.empty()) {
        card.error_from = "cross-validated rows";
        card.error = prediction_error(judged.values, unseen, options.level);
        return result;
    }
    card.error_from = tested ? "rows of the test table" : "held-out rows";
    const auto predicted = fitter.predictions(result.model, archs_of_error);
    std::size_t covered = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
        covered += std::abs(predicted[i] - truth[i]) <= card.half_width ? 1 : 0;
    }
    card.error = prediction_error(truth, predicted, options.level);
    result.covered = proportion(covered, truth.size(), options.level);
    if (!tested) result.model.card.curve = learning_curve(fitter, parts, kind, chosen, progress);
    return result;
}

}  // namespace blockscope
