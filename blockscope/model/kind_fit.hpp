#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "blockscope/model/fit.hpp"
#include "blockscope/model/fit_rows.hpp"
#include "blockscope/model/kernel_correction.hpp"

namespace blockscope {

/// One kind's model of some rows.
struct KindFit {
    CrossFit cross;
    std::optional<KernelCorrection> correction;
    std::optional<FeedForward> network;
    std::optional<BoostedTrees> trees;
    std::optional<TrainedGru> gru;
    std::vector<double> predicted;  ///< of each row, by the model that has not seen it; NaN: none
    double error = 0;               ///< root mean square of value - predicted
};

/// How many rows a learned kind is judged by: a tenth, from 20,000 rows on a fifth.
std::size_t rows_judged(std::size_t rows);

/// Fits each kind of FitOptions to rows of a space at some resolutions (ascending, those of the
/// rows among them). What it is made of stays the caller's, and must outlive it.
class KindFitter {
public:
    KindFitter(const DesignSpace& space, const std::vector<int>& resolutions,
               const FitOptions& options, Progress* progress)
        : space_(space), resolutions_(resolutions), options_(options), progress_(progress) {}

    /// "ridge" with the independent prior, "hierarchical" with the shared one.
    KindFit additive(const FitRows& rows, Prior prior) const;
    /// "kernel"; nothing where it does not pay.
    std::optional<KindFit> with_kernel(const FitRows& rows, const KindFit& hierarchical) const;
    /// A network ("mlp") or trees ("boosted") for what the hierarchical sum leaves, or a GRU
    /// ("gru") for all; one more without some rows of the first fold, for its error. From 20,000
    /// rows on that one is the model, and a GRU always.
    KindFit with_learned(const std::string& kind, const FitRows& rows,
                         const KindFit& hierarchical) const;

    /// The mean of the folds' models.
    FittedModel model(const KindFit& fit) const;
    std::vector<double> predictions(const FittedModel& model,
                                    std::span<const Architecture> archs) const;
    double mean_absolute_error(const KindFit& fit, const FitRows& unseen) const;

private:
    using Used = std::function<bool(std::size_t)>;

    FittedModel without(const KindFit& fit, std::size_t fold) const;
    void learn(const std::string& kind, FittedModel& part, const FitRows& rows,
               const Used& used) const;
    TrainedGru gru(const FitRows& rows) const;
    FeedForward network(const FitRows& rows) const;
    BoostedTrees trees(const FitRows& rows) const;

    const DesignSpace& space_;
    const std::vector<int>& resolutions_;
    const FitOptions& options_;
    Progress* progress_;
};

/// Root mean square of another kind's error on the rows that a learned one is judged by, as far as
/// it is judged by them too.
double error_where_judged(const FitRows& rows, const KindFit& fit, const KindFit& learned);

}  // namespace blockscope
