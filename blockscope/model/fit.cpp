#include "blockscope/model/fit.hpp"

#include <algorithm>
#include <cmath>
#include <map>

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

/// One kind's model of some rows.
struct Fitted {
    CrossFit cross;
    std::optional<KernelCorrection> correction;
    std::vector<double> predicted;  ///< of each row, by the model that has not seen it
    double error = 0;               ///< root mean square of value - predicted
};

class Fitter {
public:
    Fitter(const DesignSpace& space, const std::vector<int>& resolutions)
        : space_(space), resolutions_(resolutions) {}

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

    /// The mean of the folds' models.
    FittedModel model(const Fitted& f) const {
        const auto& models = f.cross.models;
        const double share = 1.0 / static_cast<double>(models.size());
        LayerTable table(space_, LayerTable::Combine::sum);
        for (const auto& m : models) add_scaled(table, space_, m.table, share);
        FittedModel result{{},
                           resolutions_,
                           {std::move(table), models.front().offset, models.front().scale},
                           std::nullopt};
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
        const FittedModel m = model(f);
        double sum = 0;
        for (std::size_t i = 0; i < unseen.size(); ++i) {
            sum += std::abs(value(m, unseen.archs[i]) - unseen.values[i]);
        }
        return sum / static_cast<double>(unseen.size());
    }

private:
    static double root_mean_square(const Rows& rows, const std::vector<double>& predicted) {
        double squares = 0;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            squares += (rows.values[i] - predicted[i]) * (rows.values[i] - predicted[i]);
        }
        return std::sqrt(squares / static_cast<double>(rows.size()));
    }

    const DesignSpace& space_;
    const std::vector<int>& resolutions_;
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
        point.error = {0, 0, 0};
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
    const Fitter fitter(space, resolutions);

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
        auto kernel = options.kind == "hierarchical" ? std::nullopt
                                                     : fitter.with_kernel(parts.fitted, shared);
        if (options.kind == "kernel" && !kernel) {
            throw Error(
                "a kernel gains nothing here: it takes 400 to 20,000 rows and a part of the "
                "variance that a sum over layers leaves; --model auto tells");
        }
        consider("hierarchical", shared, errors.hierarchical);
        if (kernel) consider("kernel", std::move(*kernel), errors.kernel);
    }

    FitResult result{fitter.model(chosen), errors, {}, {}};
    FittedCard& card = result.model.card;
    card.kind = kind;
    card.space = space.name;
    card.fingerprint = space.fingerprint();
    card.rows = parts.fitted.size();
    card.seed = options.seed;
    card.level = options.level;
    card.half_width = conformal_half_width(parts.fitted.values, chosen.predicted, options.level);
    if (parts.held_out.size() == 0) {
        card.error_from = "cross-validated rows";
        card.error = prediction_error(parts.fitted.values, chosen.predicted, options.level);
        return result;
    }
    card.error_from = "held-out rows";
    std::vector<double> predicted;
    std::size_t covered = 0;
    for (std::size_t i = 0; i < parts.held_out.size(); ++i) {
        predicted.push_back(value(result.model, parts.held_out.archs[i]));
        covered += std::abs(predicted[i] - parts.held_out.values[i]) <= card.half_width ? 1 : 0;
    }
    card.error = prediction_error(parts.held_out.values, predicted, options.level);
    result.covered = proportion(covered, parts.held_out.size(), options.level);
    result.curve = learning_curve(fitter, parts, progress);
    return result;
}

}  // namespace blockscope
