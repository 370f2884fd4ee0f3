#include "blockscope/model/additive_fit.hpp"

#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numeric>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include "blockscope/model/layer_features.hpp"

namespace blockscope {
namespace {

/// The coefficients of features as a table.
LayerTable as_table(const DesignSpace& space, const LayerFeatures& features,
                    const Eigen::VectorXd& coefficients, double scale, double shift) {
    LayerTable t(space, LayerTable::Combine::sum);
    for (int v = 0; v < t.stem_variants(); ++v) {
        const int s = features.stem(v);
        t.stem(v) = shift + scale * (coefficients[0] + (s >= 0 ? coefficients[s] : 0.0));
    }
    int number = features.first_placement();
    for (const auto& [u, l, w, b] : features.placements()) {
        for (int i = 0; i < (l == 0 ? t.incoming_states(u) : 1); ++i) {
            t.term(u, l, i, w, b) = scale * coefficients[number];
        }
        ++number;
    }
    return t;
}

/// Covariance of two coefficients of one unit that share strength.
double alike(const DesignSpace& space, const Placement& p, const Placement& q) {
    const Block& a = space.blocks[p.block];
    const Block& b = space.blocks[q.block];
    const bool here = p.layer == q.layer;
    const bool shape = (p.layer == 0) == (q.layer == 0);  // that later layers share
    double c = 0;
    if (here) c += 0.2;
    if (p.width == q.width) c += 0.1 + (here ? 0.03 : 0.0);
    if (shape && a.expand == b.expand) c += 0.1 + (here ? 0.03 : 0.0);
    if (shape && a.kernel == b.kernel) c += 0.1 + (here ? 0.03 : 0.0);
    return c;
}

/// The same for independent effects of depths, as steps from one depth to the next.
double of_depths(int layer, int other) {
    if (layer == other) return layer == 0 ? 0.1 : 0.2;
    return std::abs(layer - other) == 1 ? -0.1 : 0.0;
}

/// Inverse of the prior covariance, in units of the values' variance. own: share of a coefficient
/// that it has for itself.
Eigen::MatrixXd prior_precision(const DesignSpace& space, const LayerFeatures& features,
                                Prior prior, double own) {
    const int n = features.size();
    const int first = features.first_placement();
    Eigen::MatrixXd covariance = Eigen::MatrixXd::Zero(n, n);
    covariance(0, 0) = 1e6;  // the constant is free
    for (int i = 1; i < first; ++i) covariance(i, i) = 0.1;
    const auto& effects = features.placements();
    for (std::size_t i = 0; i < effects.size(); ++i) {
        for (std::size_t j = i + 1; j-- > 0 && effects[j].unit == effects[i].unit;) {
            double c = prior == Prior::shared ? alike(space, effects[i], effects[j])
                                              : of_depths(effects[i].layer, effects[j].layer);
            if (i == j) c += prior == Prior::shared ? own : 0.1;
            covariance(first + static_cast<int>(i), first + static_cast<int>(j)) = c;
            covariance(first + static_cast<int>(j), first + static_cast<int>(i)) = c;
        }
    }
    return covariance.llt().solve(Eigen::MatrixXd::Identity(n, n));
}

/// Normal equations of one part of the data.
struct Moments {
    Eigen::MatrixXd gram;
    Eigen::VectorXd right;
    double squares = 0;

    explicit Moments(int n) : gram(Eigen::MatrixXd::Zero(n, n)), right(Eigen::VectorXd::Zero(n)) {}
    Moments& operator+=(const Moments& o) {
        gram += o.gram;
        right += o.right;
        squares += o.squares;
        return *this;
    }
    /// Sum of squared errors of a solution.
    double error(const Eigen::VectorXd& solution) const {
        return squares - 2 * right.dot(solution) +
               solution.dot(gram.selfadjointView<Eigen::Lower>() * solution);
    }
};

class Fit {
public:
    Fit(const DesignSpace& space, std::span<const Architecture> archs,
        std::span<const double> targets, std::span<const std::uint8_t> fold, int folds, Prior prior,
        StrengthSearch search)
        : space_(space), features_(space), prior_(prior), whole_(features_.size()) {
        mean_ = std::accumulate(targets.begin(), targets.end(), 0.0) /
                static_cast<double>(targets.size());
        double variance = 0;
        for (const double t : targets) variance += (t - mean_) * (t - mean_);
        variance /= static_cast<double>(targets.size());
        scale_ = variance > 0 ? std::sqrt(variance) : 1.0;
        parts_.assign(static_cast<std::size_t>(folds), Moments(features_.size()));
        std::array<int, LayerFeatures::most> numbers{};
        for (std::size_t i = 0; i < archs.size(); ++i) {
            Moments& part = parts_[fold[i]];
            const double y = (targets[i] - mean_) / scale_;
            const int n = features_.of(archs[i], numbers.data());
            part.squares += y * y;
            for (int p = 0; p < n; ++p) {  // numbers ascend, so this is the lower triangle
                part.right[numbers[p]] += y;
                for (int q = 0; q <= p; ++q) part.gram(numbers[p], numbers[q]) += 1;
            }
        }
        for (const auto& part : parts_) whole_ += part;
        choose_strength(search);
    }

    const PriorStrength& strength() const { return strength_; }

    /// Fitted without fold `left_out`; to everything if it is negative.
    LayerTable table(int left_out) const {
        return as_table(space_, features_, solve(left_out, strength_, precision_), scale_, mean_);
    }

private:
    Eigen::VectorXd solve(int left_out, const PriorStrength& s,
                          const Eigen::MatrixXd& precision) const {
        if (left_out < 0) {
            const Eigen::MatrixXd m = whole_.gram + s.noise * precision;
            return m.selfadjointView<Eigen::Lower>().llt().solve(whole_.right);
        }
        const Moments& part = parts_[static_cast<std::size_t>(left_out)];
        const Eigen::MatrixXd m = whole_.gram - part.gram + s.noise * precision;
        return m.selfadjointView<Eigen::Lower>().llt().solve(whole_.right - part.right);
    }

    double error(const PriorStrength& s, const Eigen::MatrixXd& precision) const {
        double sum = 0;
        for (std::size_t f = 0; f < parts_.size(); ++f) {
            sum += parts_[f].error(solve(static_cast<int>(f), s, precision));
        }
        return sum;
    }

    void choose_strength(StrengthSearch search) {
        precision_ = prior_precision(space_, features_, prior_, strength_.own);
        if (parts_.size() < 2) return;
        double least = std::numeric_limits<double>::infinity();
        const auto try_out = [&](const PriorStrength& s, const Eigen::MatrixXd& precision) {
            const double e = error(s, precision);
            if (!(e < least)) return false;
            least = e;
            strength_ = s;
            return true;
        };
        const double own = strength_.own;
        const bool all = search == StrengthSearch::grid;
        for (const double noise : {10.0, 3.0, 1.0}) {
            if (all) try_out({noise, own}, precision_);
        }
        for (const double noise : {0.3, 0.1, 0.03, 0.01, 1e-3, 1e-4, 1e-6}) {
            if (!try_out({noise, own}, precision_) && !all) break;
        }
        if (prior_ == Prior::independent) return;
        for (const double other : {0.1, 0.001}) {
            auto precision = prior_precision(space_, features_, prior_, other);
            if (try_out({strength_.noise, other}, precision)) precision_ = std::move(precision);
        }
    }

    const DesignSpace& space_;
    LayerFeatures features_;
    Prior prior_;
    Moments whole_;
    std::vector<Moments> parts_;
    Eigen::MatrixXd precision_;
    PriorStrength strength_;
    double mean_ = 0;
    double scale_ = 1;
};

}  // namespace

AdditiveFit fit_additive(const DesignSpace& space, std::span<const Architecture> archs,
                         std::span<const double> targets, std::span<const std::uint8_t> fold,
                         int folds, Prior prior, StrengthSearch search) {
    const Fit fit(space, archs, targets, fold, folds, prior, search);
    AdditiveFit result{{}, fit.strength()};
    for (int f = 0; f < folds; ++f) result.without.push_back(fit.table(f));
    return result;
}

LayerTable fit_additive(const DesignSpace& space, std::span<const Architecture> archs,
                        std::span<const double> values) {
    constexpr int folds = 5;
    std::vector<std::uint8_t> fold(archs.size());
    for (std::size_t i = 0; i < archs.size(); ++i) fold[i] = static_cast<std::uint8_t>(i % folds);
    return Fit(space, archs, values, fold, folds, Prior::shared, StrengthSearch::valley).table(-1);
}

}  // namespace blockscope
