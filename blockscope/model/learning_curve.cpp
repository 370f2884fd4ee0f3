#include "blockscope/model/learning_curve.hpp"

#include <algorithm>
#include <cmath>

namespace blockscope {
namespace {

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

/// What a subset's kinds miss the held-out rows by; NaN where one is not tried or does not pay.
/// A learned one, whose training takes long, is not trained again for all rows.
KindErrors errors_of(const KindFitter& fitter, const FitRows& rows, const FitRows& held_out,
                     const std::string& kind, std::size_t all) {
    const auto error = [&](const KindFit& fit) {
        return fitter.mean_absolute_error(fit, held_out);
    };
    const auto shared = fitter.additive(rows, Prior::shared);
    const auto kernel = fitter.with_kernel(rows, shared);
    KindErrors errors;
    errors.ridge = error(fitter.additive(rows, Prior::independent));
    errors.hierarchical = error(shared);
    if (kernel) errors.kernel = error(*kernel);
    if (rows.size() < least_for_network || rows.size() == all) return errors;
    if (kind == "mlp") errors.mlp = error(fitter.with_learned(kind, rows, shared));
    if (kind == "boosted") errors.boosted = error(fitter.with_learned(kind, rows, shared));
    return errors;
}

}  // namespace

std::vector<CurvePoint> learning_curve(const KindFitter& fitter, const HeldOut& parts,
                                       const std::string& kind, const KindFit& chosen,
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
        const auto share = 1.0 / static_cast<double>(point.subsets);
        auto& mean = point.error;
        mean = {0, 0, 0, 0, 0, std::nan("")};
        for (std::size_t s = 0; s < point.subsets; ++s) {
            const auto one = errors_of(fitter, parts.fitted.part(s * n, n), parts.held_out, kind,
                                       parts.fitted.size());
            mean.ridge += share * one.ridge;
            mean.hierarchical += share * one.hierarchical;
            mean.kernel += share * one.kernel;
            mean.mlp += share * one.mlp;
            mean.boosted += share * one.boosted;
        }
        if (n == sizes.back()) {
            const double error = fitter.mean_absolute_error(chosen, parts.held_out);
            if (kind == "mlp") mean.mlp = error;
            if (kind == "boosted") mean.boosted = error;
            if (kind == "gru") mean.gru = error;
        }
        curve.push_back(point);
    }
    return curve;
}

}  // namespace blockscope
