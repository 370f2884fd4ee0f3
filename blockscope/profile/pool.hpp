#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "blockscope/model/cross_fit.hpp"
#include "blockscope/model/kernel_correction.hpp"
#include "blockscope/model/link.hpp"
#include "blockscope/profile/grid_surrogate.hpp"
#include "blockscope/profile/session_effects.hpp"
#include "blockscope/profile/strata.hpp"
#include "blockscope/stats/estimate.hpp"
#include "blockscope/stats/variance_prior.hpp"

namespace blockscope {

/// Architectures and what a metric gave for them.
struct EvaluatedSample {
    std::span<const Architecture> archs;
    std::span<const double> values;        ///< NaN: failed, left out
    std::span<const double> weights = {};  ///< how much rarer each was drawn than in the space, up
                                           ///< to a common factor; empty: drawn uniformly
    /// Standard deviation of the metric's noise in one value; NaN: not known.
    double noise = std::numeric_limits<double>::quiet_NaN();
    /// The measuring session of each value, any numbers; empty: values share nothing.
    std::span<const int> sessions = {};
};

/// A sample prepared for means under conditions: surrogates (an additive one and, where they pay, a
/// link and a smooth function of what those leave) cross-fitted, residuals summed by stratum. The
/// mean in stratum s is
///     sum over folds f of the members' share in f times E[g_f | s]  +  mean residual of members,
/// unbiased whatever the surrogates g_f are worth; its variance is that of the residuals.
class Pool {
public:
    /// Throws Error for fewer than 20 finite values.
    Pool(const DesignSpace& space, const EvaluatedSample& sample, std::span<const int> resolutions,
         Protocol protocol);

    const DesignSpace& space() const { return space_; }
    const Strata& strata() const { return strata_; }
    std::size_t size() const { return values_.size(); }
    const std::vector<Architecture>& archs() const { return archs_; }
    const std::vector<double>& values() const { return values_; }
    bool weighted() const { return !weights_.empty(); }
    double weight(std::size_t i) const { return weights_.empty() ? 1.0 : weights_[i]; }
    /// The additive surrogates alone.
    const CrossFit& fit() const { return fit_; }
    /// The same on a grid, by fold, and their links: none where they do not pay.
    const std::vector<GridSurrogate>& grids() const { return grids_; }
    const std::optional<LinkFit>& link() const { return link_; }
    /// Additive and link, on the grid, by the model of member i's fold.
    double linked(std::size_t i) const {
        const std::size_t f = fit_.fold[i];
        const double value = grids_[f].value(archs_[i], fit_.at[i]);
        return link_ ? value + link_->links[f](value) : value;
    }
    const std::vector<int>& resolutions() const { return resolutions_; }

    /// The strata that member i lies in.
    std::span<const std::uint16_t> strata_of(std::size_t i) const {
        return {numbers_.data() + i * most_, counts_[i]};
    }

    /// Members of a mixture's strata, and false if one of them has none.
    std::size_t count(const Strata::Mixture& mixture) const;
    bool complete(const Strata::Mixture& mixture) const;

    /// A linear statistic with its standard error and degrees of freedom.
    struct Statistic {
        double value = std::numeric_limits<double>::quiet_NaN();
        double error = std::numeric_limits<double>::quiet_NaN();
        double degrees = 1;
        Estimate interval(double level) const;
        double p_value() const;  ///< of the hypothesis that the truth is 0
    };
    Statistic mean(const Strata::Mixture& mixture) const;
    /// mean(mixture) - mean(everything): its error knows that the two share members.
    Statistic delta(const Strata::Mixture& mixture) const;
    /// mean(a) - mean(b) of mixtures without common members.
    Statistic difference(const Strata::Mixture& a, const Strata::Mixture& b) const;
    /// What sessions add to the variance of any mean, quantiles included, and of any delta.
    const SessionEffects& session_effects() const { return effects_; }
    double session_variance_of_mean(const Strata::Mixture& mixture) const;
    double session_variance_of_delta(const Strata::Mixture& mixture) const;

    /// Covariance of the means of all strata, size() x size() row by row, from the products of
    /// residuals of at most 131,072 members. Entries of empty strata are 0.
    std::vector<double> covariance() const;

private:
    struct Stratum {
        std::size_t count = 0;
        double weight = 0;          ///< sum of the members' weights
        double squared_weight = 0;  ///< sum of their squares
        double mean = 0;
        double variance = 0;  ///< of one residual, moderated
        double degrees = 0;
    };
    void number_members();
    void fit_surrogates();
    void sum_up();
    void number_sessions(std::span<const int> sessions);
    Statistic mean_within_sessions(const Strata::Mixture& mixture) const;
    /// What a degree of freedom of a variance of residuals is worth beside one of normal ones: 1
    /// for normal tails, 2 / (kurtosis - 1) for heavier ones.
    double worth_of_degrees() const;
    double effect_on_mean(const Stratum& s) const {
        return s.squared_weight / (s.weight * s.weight);
    }

    const DesignSpace& space_;
    Strata strata_;
    std::vector<int> resolutions_;
    std::vector<Architecture> archs_;
    std::vector<double> values_, weights_;
    std::vector<std::uint16_t> sessions_;  ///< numbered from 0; empty: none told
    SessionEffects effects_;
    CrossFit fit_;
    std::vector<GridSurrogate> grids_;
    std::optional<LinkFit> link_;
    std::optional<KernelCorrection> correction_;
    std::vector<double> predicted_;  ///< out of fold, link and correction included
    std::size_t most_ = 0;           ///< strata of one member
    std::vector<std::uint16_t> numbers_;
    std::vector<std::uint8_t> counts_;
    std::vector<Stratum> sums_;   ///< by stratum
    std::vector<double> centre_;  ///< by fold: E[g_f] - mean(everything)
};

}  // namespace blockscope
