#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "blockscope/base/progress.hpp"
#include "blockscope/model/fitted_model.hpp"

namespace blockscope {

/// A fit below this many architectures is refused, and a network's.
inline constexpr std::size_t least_fitted = 20;
inline constexpr std::size_t least_for_network = 500;
inline constexpr std::size_t least_for_gru = 2000;  ///< in "auto"

struct FitOptions {
    /// "ridge", "hierarchical", "kernel", "mlp", "boosted", "gru", or "auto": the least error in
    /// cross-validation. A kernel is added only where it pays (kernel_correction.hpp). auto tries a
    /// network and trees from least_for_network rows on, a GRU from least_for_gru rows on, as
    /// narrow and short (600,000 rows seen) as `hidden` and `steps` do not say otherwise.
    std::string kind = "auto";
    double holdout = 0.2;  ///< share that the model never sees and its error is taken from; 0:
                           ///< none, the error is then cross-validated
    double level = 0.95;   ///< of all intervals
    std::uint64_t seed = 1;
    std::size_t steps = 0;   ///< of a network's training, or how often a GRU sees the table; 0: by
                             ///< the number of rows, or 200 times
    std::size_t hidden = 0;  ///< width of each half of a GRU; 0: 512, in auto 64
    std::size_t window = 4;  ///< of a network: layers that are seen together
    std::vector<std::size_t> widths = {64, 64, 64};  ///< of a network's layers, at least 2
    /// Architectures of another table, whose error is the model's if there are any (holdout 0).
    std::span<const Architecture> test_archs = {};
    std::span<const double> test_values = {};
    /// Where trainings of networks go on and keep how far they are; the caller's, nullptr: nowhere.
    TrainingStates* states = nullptr;
};

/// The kind that learned ones must beat, on the rows that they are judged by.
struct Yardstick {
    std::string kind;                                         ///< "" where nothing was learned
    double error = std::numeric_limits<double>::quiet_NaN();  ///< root mean square
};

/// A kind that "auto" did not try.
struct LeftOut {
    std::string kind;
    std::string reason;  ///< "1920 rows, of at least 2000"
};

struct FitResult {
    FittedModel model;  ///< its card lacks what a table says: name, unit, direction, hash, tool
    /// Root mean square; those of learned kinds, whose training costs much, are of a tenth of the
    /// rows (kind_fit.hpp).
    KindErrors cross_validated;
    Yardstick yardstick;
    Estimate covered;  ///< share of the held-out rows inside the prediction interval
    std::vector<LeftOut> left_out;
};

/// Fits a predictor. The model is the mean of the models that were fitted without one fold each,
/// and its prediction interval is what they miss their own folds by. A network or trees learn what
/// the hierarchical sum leaves of all rows; its interval is what another one, trained without a
/// tenth of them, misses that tenth by. An architecture's body is held out at all resolutions or at
/// none. archs: distinct, of the space, at any resolutions; these become what the model knows.
/// values: finite, as many. Throws Error for fewer than least_fitted to fit, and for values that
/// are equal. Same arguments, same model; progress gets "fit".
FitResult fit_model(const DesignSpace& space, std::span<const Architecture> archs,
                    std::span<const double> values, const FitOptions& options,
                    Progress* progress = nullptr);

}  // namespace blockscope
