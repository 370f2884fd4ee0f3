#include "blockscope/model/fit.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/random.hpp"
#include "blockscope/model/kernel_correction.hpp"
#include "blockscope/stats/proportion.hpp"

namespace blockscope {
namespace {

struct Rows {
    std::vector<Architecture> archs;
    std::vector<double> values;

    void add(const Architecture& a, double value) {
        archs.push_back(a);
        values.push_back(value);
    }
    std::size_t size() const { return archs.size(); }
    Rows part(std::size_t first, std::size_t n) const {
        const auto from = static_cast<std::ptrdiff_t>(first);
        const auto to = static_cast<std::ptrdiff_t>(first + n);
        return {{archs.begin() + from, archs.begin() + to},
                {values.begin() + from, values.begin() + to}};
    }
};

struct Split {
    Rows fitted;
    Rows held_out;
};

/// Bodies in random order, each with all its resolutions, until the share is held out.
Split split(std::span<const Architecture> archs, std::span<const double> values, double share,
            Rng rng) {
    std::map<Architecture, std::vector<std::size_t>> bodies;
    for (std::size_t i = 0; i < archs.size(); ++i) {
        Architecture body = archs[i];
        body.resolution = 0;
        bodies[body].push_back(i);
    }
    std::vector<const std::vector<std::size_t>*> order;
    order.reserve(bodies.size());
    for (const auto& [body, rows] : bodies) order.push_back(&rows);
    shuffle(order, rng);
    Split parts;
    const double wanted = share * static_cast<double>(archs.size());
    for (const auto* rows : order) {
        const bool out = static_cast<double>(parts.held_out.size()) + 0.5 < wanted;
        for (const std::size_t i : *rows) {
            (out ? parts.held_out : parts.fitted).add(archs[i], values[i]);
        }
    }
    return parts;
}

/// A fifth less of so many makes a network no worse, and to train another one takes as long again.
constexpr std::size_t enough_rows = 20000;

/// One kind's model of some rows.
struct Fitted {
    CrossFit cross;
    std::optional<KernelCorrection> correction;
    std::optional<FeedForward> network;
    std::optional<BoostedTrees> trees;
    std::optional<TrainedGru> gru;
    std::vector<double> predicted;  ///< of each row, by the model that has not seen it; NaN: none
    double error = 0;               ///< root mean square of value - predicted
};

class Fitter {
public:
    Fitter(const DesignSpace& space, const std::vector<int>& resolutions, const FitOptions& options,
           Progress* progress)
        : space_(space), resolutions_(resolutions), options_(options), progress_(progress) {}

    Fitted additive(const Rows& rows, Prior prior) const {
        Fitted f;
        f.cross =
            cross_fit(space_, rows.archs, rows.values, resolutions_, prior, StrengthSearch::grid);
        f.predicted = f.cross.predicted;
        f.error = root_mean_square(rows, f.predicted);
        return f;
    }

    /// Nothing where it does not pay.
    std::optional<Fitted> with_kernel(const Rows& rows, const Fitted& hierarchical) const {
        const CrossFit& cross = hierarchical.cross;
        auto correction = kernel_correction(
            space_, rows.archs, rows.values, cross.fold, cross.models.size(),
            [&](std::size_t f, std::size_t i) {
                return rows.values[i] - cross.models[f].value(rows.archs[i], cross.at[i]);
            });
        if (!correction) return std::nullopt;
        Fitted f = hierarchical;
        for (std::size_t i = 0; i < rows.size(); ++i) f.predicted[i] += correction->predicted[i];
        f.correction = std::move(correction);
        f.error = root_mean_square(rows, f.predicted);
        return f;
    }

    /// A network ("mlp") or trees ("boosted") for what the hierarchical sum leaves, or a GRU
    /// ("gru") for all; one more without the first fold, for its error. From enough_rows on that
    /// one is the model, and a GRU always.
    Fitted with_learned(const std::string& kind, const Rows& rows,
                        const Fitted& hierarchical) const {
        Fitted f = hierarchical;
        FittedModel part = without(f, 0);
        learn(kind, part, rows, [&](std::size_t i) { return f.cross.fold[i] != 0; });
        std::vector<std::size_t> judged;
        std::vector<Architecture> archs;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (f.cross.fold[i] != 0) continue;
            judged.push_back(i);
            archs.push_back(rows.archs[i]);
        }
        const auto predicted = predictions(part, archs);
        f.predicted.assign(rows.size(), std::nan(""));
        for (std::size_t k = 0; k < judged.size(); ++k) f.predicted[judged[k]] = predicted[k];
        f.error = root_mean_square(rows, f.predicted);
        if (kind == "gru") {
            f.cross.models = {part.additive};
            f.gru = std::move(part.gru);
        } else if (rows.size() >= enough_rows) {
            f.cross.models.erase(f.cross.models.begin() + 1, f.cross.models.end());
        } else {
            part = model(f);
            learn(kind, part, rows, [](std::size_t) { return true; });
        }
        f.network = std::move(part.network);
        f.trees = std::move(part.trees);
        return f;
    }

    /// Root mean square of a cheaper kind's error on the rows that a network is judged by.
    static double error_on_first_fold(const Rows& rows, const Fitted& f) {
        std::vector<double> predicted(rows.size(), std::nan(""));
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (f.cross.fold[i] == 0) predicted[i] = f.predicted[i];
        }
        return root_mean_square(rows, predicted);
    }

    std::vector<double> predictions(const FittedModel& m,
                                    std::span<const Architecture> archs) const {
        std::vector<double> values(archs.size());
        make_fitted_predictor(m, space_)->predict(archs, values, 1);
        return values;
    }

    /// The mean of the folds' models.
    FittedModel model(const Fitted& f) const {
        const auto& models = f.cross.models;
        const double share = 1.0 / static_cast<double>(models.size());
        LayerTable table(space_, LayerTable::Combine::sum);
        for (const auto& m : models) add_scaled(table, space_, m.table, share);
        FittedModel result{{},
                           resolutions_,
                           {std::move(table), models.front().offset, models.front().scale},
                           std::nullopt,
                           f.network,
                           f.trees,
                           f.gru};
        if (f.correction) {
            const auto& [kernel, landmarks, weights, predicted] = *f.correction;
            std::vector<double> mean(landmarks.size(), 0.0);
            for (const auto& fold : weights) {
                for (std::size_t j = 0; j < mean.size(); ++j) mean[j] += share * fold[j];
            }
            result.smooth = FittedModel::Smooth{kernel, landmarks, std::move(mean)};
        }
        return result;
    }

    double mean_absolute_error(const Fitted& f, const Rows& unseen) const {
        const auto predicted = predictions(model(f), unseen.archs);
        double sum = 0;
        for (std::size_t i = 0; i < unseen.size(); ++i) {
            sum += std::abs(predicted[i] - unseen.values[i]);
        }
        return sum / static_cast<double>(unseen.size());
    }

private:
    static double root_mean_square(const Rows& rows, const std::vector<double>& predicted) {
        double squares = 0;
        std::size_t n = 0;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (std::isnan(predicted[i])) continue;
            squares += (rows.values[i] - predicted[i]) * (rows.values[i] - predicted[i]);
            ++n;
        }
        return std::sqrt(squares / static_cast<double>(n));
    }

    /// The additive model that was fitted without one fold.
    FittedModel without(const Fitted& f, std::size_t fold) const {
        return {{},           resolutions_, f.cross.models[fold], std::nullopt,
                std::nullopt, std::nullopt, std::nullopt};
    }

    /// Adds to `part` what it leaves of the rows that are used.
    template <typename Used>
    void learn(const std::string& kind, FittedModel& part, const Rows& rows,
               const Used& used) const {
        if (kind == "gru") {
            const double mean = std::accumulate(rows.values.begin(), rows.values.end(), 0.0) /
                                static_cast<double>(rows.size());
            part.additive = {LayerTable(space_, LayerTable::Combine::sum),
                             std::vector<double>(resolutions_.size(), mean),
                             std::vector<double>(resolutions_.size(), 0.0)};
        }
        Rows left;
        const auto said = predictions(part, rows.archs);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (used(i)) left.add(rows.archs[i], rows.values[i] - said[i]);
        }
        if (kind == "gru") {
            GruOptions training;
            training.seed = options_.seed;
            training.hidden = options_.hidden;
            if (options_.steps > 0) training.epochs = options_.steps;
            part.gru = train_gru(space_, left.archs, left.values,
                                 std::max<std::size_t>(1, left.size() / 10), training, progress_);
        } else if (kind == "mlp") {
            part.network = network(left);
        } else {
            part.trees = trees(left);
        }
    }

    FeedForward network(const Rows& rows) const {
        TrainingOptions training;
        training.seed = options_.seed;
        training.window = options_.window;
        training.width = options_.widths.front();
        training.hidden.assign(options_.widths.begin() + 1, options_.widths.end());
        training.batch = rows.size() < enough_rows ? 64 : 256;
        training.steps = options_.steps;
        if (training.steps == 0) {  // a hundred times through the table
            training.steps =
                std::clamp<std::size_t>(100 * rows.size() / training.batch, 2000, 60000);
        }
        return train_feed_forward(space_, rows.archs, rows.values, training, progress_);
    }

    /// The rows of one fold, a tenth at most, decide how many trees there are.
    BoostedTrees trees(const Rows& rows) const {
        const TreeInputs inputs(space_);
        std::vector<float> numbers(rows.size() * inputs.size());
        std::vector<float> targets;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            inputs.of(rows.archs[i], &numbers[i * inputs.size()]);
            targets.push_back(static_cast<float>(rows.values[i]));
        }
        return train_trees(numbers, inputs.size(), targets, rows.size() / 10, {});
    }

    const DesignSpace& space_;
    const std::vector<int>& resolutions_;
    const FitOptions& options_;
    Progress* progress_;
};

/// 10, 20, 50, 100, ... and all.
std::vector<std::size_t> curve_sizes(std::size_t all) {
    std::vector<std::size_t> sizes;
    for (std::size_t decade = 10; decade < all; decade *= 10) {
        for (const std::size_t n : {decade, 2 * decade, 5 * decade}) {
            if (n < all) sizes.push_back(n);
        }
    }
    sizes.push_back(all);
    return sizes;
}

std::vector<CurvePoint> learning_curve(const Fitter& fitter, const Split& parts,
                                       const std::string& kind, const Fitted& chosen,
                                       Progress* progress) {
    constexpr std::size_t most_subsets = 5;  // a single small one says more about its luck
    std::vector<CurvePoint> curve;
    const auto sizes = curve_sizes(parts.fitted.size());
    for (const std::size_t n : sizes) {
        if (progress != nullptr) {
            progress->update("fit", static_cast<double>(curve.size()),
                             static_cast<double>(sizes.size()));
            if (progress->stop_requested()) break;
        }
        CurvePoint point;
        point.rows = n;
        point.subsets = n > 200 ? 1 : std::min(most_subsets, parts.fitted.size() / n);
        point.error = {0, 0, 0, 0, 0, 0};
        for (std::size_t s = 0; s < point.subsets; ++s) {
            const Rows rows = parts.fitted.part(s * n, n);
            const auto share = 1.0 / static_cast<double>(point.subsets);
            const auto shared = fitter.additive(rows, Prior::shared);
            const auto ridge = fitter.additive(rows, Prior::independent);
            const auto kernel = fitter.with_kernel(rows, shared);
            point.error.ridge += share * fitter.mean_absolute_error(ridge, parts.held_out);
            point.error.hierarchical += share * fitter.mean_absolute_error(shared, parts.held_out);
            point.error.kernel +=
                kernel ? share * fitter.mean_absolute_error(*kernel, parts.held_out) : std::nan("");
            const auto learned = [&](const char* name) {
                if (kind != name || n < least_for_network) return std::nan("");
                return share * fitter.mean_absolute_error(fitter.with_learned(kind, rows, shared),
                                                          parts.held_out);
            };
            point.error.mlp += learned("mlp");
            point.error.boosted += learned("boosted");
            point.error.gru = kind == "gru" && n == sizes.back()
                                  ? fitter.mean_absolute_error(chosen, parts.held_out)
                                  : std::nan("");
        }
        curve.push_back(point);
    }
    return curve;
}

void check(const Rows& rows, std::size_t all) {
    if (rows.size() < least_fitted) {
        throw Error(fmt::format("{} architectures with a value leave {} to fit; {} are needed", all,
                                rows.size(), least_fitted));
    }
    const auto [least, most] = std::minmax_element(rows.values.begin(), rows.values.end());
    if (*least == *most) throw Error(fmt::format("all values are {}: nothing to fit", *least));
}

}  // namespace

FitResult fit_model(const DesignSpace& space, std::span<const Architecture> archs,
                    std::span<const double> values, const FitOptions& options, Progress* progress) {
    const Split parts = split(archs, values, options.holdout, Rng(options.seed));
    check(parts.fitted, archs.size());
    std::vector<int> resolutions;
    for (const auto& a : archs) resolutions.push_back(a.resolution);
    std::sort(resolutions.begin(), resolutions.end());
    resolutions.erase(std::unique(resolutions.begin(), resolutions.end()), resolutions.end());
    if (resolutions.size() > 255) throw Error("a model holds up to 255 resolutions");
    const Fitter fitter(space, resolutions, options, progress);

    const bool any = options.kind == "auto";
    Fitted chosen;
    std::string kind;
    KindErrors errors;
    const auto consider = [&](const char* name, Fitted fitted, double& error) {
        error = fitted.error;
        if (any && !kind.empty() && !(fitted.error < chosen.error)) return;
        chosen = std::move(fitted);
        kind = name;
    };
    if (any || options.kind == "ridge") {
        consider("ridge", fitter.additive(parts.fitted, Prior::independent), errors.ridge);
    }
    if (options.kind != "ridge") {
        const Fitted shared = fitter.additive(parts.fitted, Prior::shared);
        auto kernel = !any && options.kind != "kernel" ? std::nullopt
                                                       : fitter.with_kernel(parts.fitted, shared);
        if (options.kind == "kernel" && !kernel) {
            throw Error(
                "a kernel gains nothing here: it takes 400 to 20,000 rows and a part of the "
                "variance that a sum over layers leaves; --model auto tells");
        }
        const bool sum = any || options.kind == "hierarchical" || options.kind == "kernel";
        if (sum) consider("hierarchical", shared, errors.hierarchical);
        if (sum && kernel) consider("kernel", std::move(*kernel), errors.kernel);
        errors.hierarchical = shared.error;
        const bool enough = any && parts.fitted.size() >= least_for_network;
        const std::pair<const char*, double*> learners[] = {
            {"boosted", &errors.boosted}, {"mlp", &errors.mlp}, {"gru", &errors.gru}};
        for (const auto& [name, error] : learners) {
            const bool quick =
                name != std::string("gru") && (name != std::string("boosted") || can_train_trees());
            if (options.kind != name && !(enough && quick)) continue;
            Fitted learned = fitter.with_learned(name, parts.fitted, shared);
            *error = learned.error;
            if (any && learned.error >= fitter.error_on_first_fold(parts.fitted, chosen)) continue;
            chosen = std::move(learned);
            kind = name;
        }
    }

    FitResult result{fitter.model(chosen), errors, {}, {}};
    FittedCard& card = result.model.card;
    card.kind = kind;
    card.space = space.name;
    card.fingerprint = space.fingerprint();
    card.rows = parts.fitted.size();
    card.seed = options.seed;
    card.level = options.level;
    Rows judged;
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
    if (!tested) result.curve = learning_curve(fitter, parts, kind, chosen, progress);
    return result;
}

}  // namespace blockscope
