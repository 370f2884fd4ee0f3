#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "blockscope/base/progress.hpp"
#include "blockscope/model/fitted_model.hpp"

namespace blockscope {

/// A fit below this many architectures is refused.
inline constexpr std::size_t least_fitted = 20;

struct FitOptions {
    /// "ridge", "hierarchical", "kernel", or "auto": the least error in cross-validation. A kernel
    /// is added only where it pays (kernel_correction.hpp).
    std::string kind = "auto";
    double holdout = 0.2;  ///< share that the model never sees and its error is taken from; 0:
                           ///< none, the error is then cross-validated
    double level = 0.95;   ///< of all intervals
    std::uint64_t seed = 1;
};

/// Root-mean-square error in cross-validation; NaN where a kind was not tried or does not pay.
struct KindErrors {
    double ridge = std::numeric_limits<double>::quiet_NaN();
    double hierarchical = std::numeric_limits<double>::quiet_NaN();
    double kernel = std::numeric_limits<double>::quiet_NaN();
};

/// Mean absolute error on the held-out rows of models that were fitted to fewer.
struct CurvePoint {
    std::size_t rows = 0;
    std::size_t subsets = 1;  ///< disjoint ones, whose mean this is
    KindErrors error;
};

struct FitResult {
    FittedModel model;  ///< its card lacks what a table says: name, unit, direction, hash, tool
    KindErrors cross_validated;
    Estimate covered;  ///< share of the held-out rows inside the prediction interval
    std::vector<CurvePoint> curve;
};

/// Fits a predictor. The model is the mean of the models that were fitted without one fold each,
/// and its prediction interval is what they miss their own folds by. An architecture's body is held
/// out at all resolutions or at none.
/// archs: distinct, of the space, at any resolutions; these become what the model knows. values:
/// finite, as many. Throws Error for fewer than least_fitted to fit, and for values that are equal.
/// Same arguments, same model; progress gets "fit".
FitResult fit_model(const DesignSpace& space, std::span<const Architecture> archs,
                    std::span<const double> values, const FitOptions& options,
                    Progress* progress = nullptr);

}  // namespace blockscope
