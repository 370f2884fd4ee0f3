#include "blockscope/model/kind_fit.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace blockscope {
namespace {

/// A fifth less of so many makes a network no worse, and to train another one takes as long again.
constexpr std::size_t enough_rows = 20000;

/// The rows that a learned model is judged by, of the first fold. A network of a fifth more rows is
/// so much better that intervals covered 97.0 % instead of 95 % (planted pairs, 4,000 rows, mean of
/// ten); of a tenth more: 96.1 %.
std::vector<std::size_t> judged_rows(const CrossFit& cross) {
    const std::size_t n = cross.fold.size();
    std::vector<std::size_t> judged;
    for (std::size_t i = 0; i < n && judged.size() < rows_judged(n); ++i) {
        if (cross.fold[i] == 0) judged.push_back(i);
    }
    return judged;
}

double root_mean_square(const FitRows& rows, const std::vector<double>& predicted) {
    double squares = 0;
    std::size_t n = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (std::isnan(predicted[i])) continue;
        squares += (rows.values[i] - predicted[i]) * (rows.values[i] - predicted[i]);
        ++n;
    }
    return std::sqrt(squares / static_cast<double>(n));
}

}  // namespace

std::size_t rows_judged(std::size_t rows) {
    return rows < enough_rows ? (rows + 9) / 10 : (rows + 4) / 5;
}

KindFit KindFitter::additive(const FitRows& rows, Prior prior) const {
    KindFit f;
    f.cross = cross_fit(space_, rows.archs, rows.values, resolutions_, prior, StrengthSearch::grid);
    f.predicted = f.cross.predicted;
    f.error = root_mean_square(rows, f.predicted);
    return f;
}

std::optional<KindFit> KindFitter::with_kernel(const FitRows& rows,
                                               const KindFit& hierarchical) const {
    const CrossFit& cross = hierarchical.cross;
    auto correction = kernel_correction(space_, rows.archs, rows.values, cross.fold,
                                        cross.models.size(), [&](std::size_t f, std::size_t i) {
                                            return rows.values[i] - cross.models[f].value(
                                                                        rows.archs[i], cross.at[i]);
                                        });
    if (!correction) return std::nullopt;
    KindFit f = hierarchical;
    for (std::size_t i = 0; i < rows.size(); ++i) f.predicted[i] += correction->predicted[i];
    f.correction = std::move(correction);
    f.error = root_mean_square(rows, f.predicted);
    return f;
}

KindFit KindFitter::with_learned(const std::string& kind, const FitRows& rows,
                                 const KindFit& hierarchical) const {
    KindFit f = hierarchical;
    FittedModel part = without(f, 0);
    const std::vector<std::size_t> judged = judged_rows(f.cross);
    learn(kind, part, rows,
          [&](std::size_t i) { return !std::binary_search(judged.begin(), judged.end(), i); });
    std::vector<Architecture> archs;
    archs.reserve(judged.size());
    for (const std::size_t i : judged) archs.push_back(rows.archs[i]);
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

FittedModel KindFitter::model(const KindFit& fit) const {
    const auto& models = fit.cross.models;
    const double share = 1.0 / static_cast<double>(models.size());
    LayerTable table(space_, LayerTable::Combine::sum);
    for (const auto& m : models) add_scaled(table, space_, m.table, share);
    FittedModel result{
        {},           resolutions_, {std::move(table), models.front().offset, models.front().scale},
        std::nullopt, fit.network,  fit.trees,
        fit.gru};
    if (fit.correction) {
        const auto& [kernel, landmarks, weights, predicted] = *fit.correction;
        std::vector<double> mean(landmarks.size(), 0.0);
        for (const auto& fold : weights) {
            for (std::size_t j = 0; j < mean.size(); ++j) mean[j] += share * fold[j];
        }
        result.smooth = FittedModel::Smooth{kernel, landmarks, std::move(mean)};
    }
    return result;
}

std::vector<double> KindFitter::predictions(const FittedModel& model,
                                            std::span<const Architecture> archs) const {
    std::vector<double> values(archs.size());
    make_fitted_predictor(model, space_)->predict(archs, values, 1);
    return values;
}

double KindFitter::mean_absolute_error(const KindFit& fit, const FitRows& unseen) const {
    const auto predicted = predictions(model(fit), unseen.archs);
    double sum = 0;
    for (std::size_t i = 0; i < unseen.size(); ++i) {
        sum += std::abs(predicted[i] - unseen.values[i]);
    }
    return sum / static_cast<double>(unseen.size());
}

/// The additive model that was fitted without one fold.
FittedModel KindFitter::without(const KindFit& fit, std::size_t fold) const {
    return {{},           resolutions_, fit.cross.models[fold], std::nullopt, std::nullopt,
            std::nullopt, std::nullopt};
}

/// Adds to `part` what it leaves of the rows that are used.
void KindFitter::learn(const std::string& kind, FittedModel& part, const FitRows& rows,
                       const Used& used) const {
    if (kind == "gru") {
        const double mean = std::accumulate(rows.values.begin(), rows.values.end(), 0.0) /
                            static_cast<double>(rows.size());
        part.additive = {LayerTable(space_, LayerTable::Combine::sum),
                         std::vector<double>(resolutions_.size(), mean),
                         std::vector<double>(resolutions_.size(), 0.0)};
    }
    FitRows left;
    const auto said = predictions(part, rows.archs);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (used(i)) left.add(rows.archs[i], rows.values[i] - said[i]);
    }
    if (kind == "gru") {
        part.gru = gru(left);
    } else if (kind == "mlp") {
        part.network = network(left);
    } else {
        part.trees = trees(left);
    }
}

TrainedGru KindFitter::gru(const FitRows& rows) const {
    GruOptions training;
    training.seed = options_.seed;
    if (options_.kind == "auto") {
        training.hidden = 64;
        training.epochs = std::clamp<std::size_t>(600000 / rows.size(), 5, 200);
    }
    if (options_.hidden > 0) training.hidden = options_.hidden;
    if (options_.steps > 0) training.epochs = options_.steps;
    const std::size_t watched = std::max<std::size_t>(1, rows.size() / 10);
    return train_gru(space_, rows.archs, rows.values, watched, training, progress_,
                     options_.states);
}

FeedForward KindFitter::network(const FitRows& rows) const {
    TrainingOptions training;
    training.seed = options_.seed;
    training.window = options_.window;
    training.width = options_.widths.front();
    training.hidden.assign(options_.widths.begin() + 1, options_.widths.end());
    training.batch = rows.size() < enough_rows ? 64 : 256;
    training.steps = options_.steps;
    if (training.steps == 0) {  // a hundred times through the table
        training.steps = std::clamp<std::size_t>(100 * rows.size() / training.batch, 2000, 60000);
    }
    return train_feed_forward(space_, rows.archs, rows.values, training, progress_,
                              options_.states);
}

/// The rows of one fold, a tenth at most, decide how many trees there are.
BoostedTrees KindFitter::trees(const FitRows& rows) const {
    const TreeInputs inputs(space_);
    std::vector<float> numbers(rows.size() * inputs.size());
    std::vector<float> targets;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        inputs.of(rows.archs[i], &numbers[i * inputs.size()]);
        targets.push_back(static_cast<float>(rows.values[i]));
    }
    return train_trees(numbers, inputs.size(), targets, rows.size() / 10, {});
}

double error_where_judged(const FitRows& rows, const KindFit& fit, const KindFit& learned) {
    std::vector<double> predicted = fit.predicted;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (std::isnan(learned.predicted[i])) predicted[i] = std::nan("");
    }
    return root_mean_square(rows, predicted);
}

}  // namespace blockscope
