#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "blockscope/model/boosted_trees.hpp"
#include "blockscope/model/cross_fit.hpp"
#include "blockscope/model/feed_forward.hpp"
#include "blockscope/model/prediction_error.hpp"
#include "blockscope/model/predictor.hpp"
#include "blockscope/model/product_kernel.hpp"
#include "blockscope/model/train_gru.hpp"

namespace blockscope {

/// An error of each kind of model; NaN where a kind was not tried or does not pay.
struct KindErrors {
    double ridge = std::numeric_limits<double>::quiet_NaN();
    double hierarchical = std::numeric_limits<double>::quiet_NaN();
    double kernel = std::numeric_limits<double>::quiet_NaN();
    double mlp = std::numeric_limits<double>::quiet_NaN();
    double boosted = std::numeric_limits<double>::quiet_NaN();
    double gru = std::numeric_limits<double>::quiet_NaN();
};

/// Mean absolute error on the held-out rows of models that were fitted to fewer.
struct CurvePoint {
    std::size_t rows = 0;
    std::size_t subsets = 1;  ///< disjoint ones, whose mean this is
    KindErrors error;
};

/// What a fitted model says of itself.
struct FittedCard {
    std::string tool;  ///< "blockscope 0.1.0"
    std::string kind;  ///< "ridge", "hierarchical", "kernel", "mlp", "boosted", "gru"
    std::string name;  ///< of the column it was fitted to
    std::string unit;
    std::string direction;    ///< "smaller_is_better", "larger_is_better" or "neither"
    std::string space;        ///< name
    std::string fingerprint;  ///< DesignSpace::fingerprint() of that space
    std::string data_hash;    ///< content_hash of the table's bytes
    std::size_t rows = 0;     ///< architectures it was fitted to
    std::uint64_t seed = 0;
    std::string
        error_from;  ///< "held-out rows", "rows of the test table" or "cross-validated rows"
    PredictionError error;
    double level = 0;       ///< of the intervals
    double half_width = 0;  ///< of the prediction interval, in the unit
    /// Where the table came from, if its maker said: texts, "" where not said.
    struct About {
        std::string quantity;  ///< "latency on Huawei Kirin 9000 NPU, batch 1"
        std::string source;    ///< of the table: what made the numbers
        std::string citation;
        std::string licence;       ///< of the source
        std::string source_error;  ///< how wrong the source is by its own account
    } about;
    std::vector<CurvePoint> curve;  ///< by rows, all last; empty: none was made
};

/// A predictor fitted by ourselves: an additive model, and what a kernel, a network or trees
/// add to it.
struct FittedModel {
    struct Smooth {
        ProductKernel kernel;
        std::vector<Architecture> landmarks;
        std::vector<double> weights;  ///< of each landmark
    };
    FittedCard card;
    std::vector<int> resolutions;  ///< ascending; it knows no others
    Surrogate additive;
    std::optional<Smooth> smooth;
    std::optional<FeedForward> network;  ///< one of these at most
    std::optional<BoostedTrees> trees;
    std::optional<TrainedGru> gru;  ///< the sum is a constant then
};

/// a at one of the model's resolutions. Without what a network, trees or a GRU add.
double value(const FittedModel& model, const Architecture& a);

/// resolution: one of the model's, else throws Error that names them. Nothing for a model that is
/// more than a sum.
std::optional<LayerTable> layer_table(const FittedModel& model, const DesignSpace& space,
                                      int resolution);

/// space: the model's or one that restricts it.
std::unique_ptr<Predictor> make_fitted_predictor(FittedModel model, const DesignSpace& space);

/// One phrase: "mean absolute error 0.12 ms (0.11 to 0.13), Spearman 0.98 on 600 held-out rows".
std::string error_phrase(const FittedCard& card);

/// Equal for a space and all that restrict it.
std::string body_fingerprint(const DesignSpace& space);

/// sum += scale * table, term by term; both of the space and sums.
void add_scaled(LayerTable& sum, const DesignSpace& space, const LayerTable& table, double scale);

}  // namespace blockscope
