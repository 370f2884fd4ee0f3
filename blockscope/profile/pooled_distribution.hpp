#pragma once

#include <cstdint>
#include <vector>

#include "blockscope/profile/pool.hpp"
#include "blockscope/stats/normal_table.hpp"

namespace blockscope {

/// The distribution function of a metric under conditions, from a pool. In a stratum it is
///     F(t) = share of members with value <= t
///            + E[h_t(g) | stratum] - mean over members of h_t(g),   h_t(g) = Phi((t - g) / s)
/// for each member's out-of-fold surrogate g and the residuals' standard deviation s: what the
/// surrogate knows about being below t is replaced by its exact expectation. Unbiased for any g.
class PooledDistribution {
public:
    /// pool: outlives this.
    explicit PooledDistribution(const Pool& pool);

    /// A part of a mixture: its members and what one unit of their weight counts.
    struct Part {
        int stratum = 0;
        double share = 0;
        double unit = 0;               ///< share over the sum of the members' weights
        std::vector<double> up_to;     ///< sums of weights by ascending value; empty: all weigh 1
        std::vector<double> expected;  ///< mass of the surrogate on the mixture's grid
    };
    /// The ingredients of F for one mixture of strata that all have members.
    struct Conditional {
        std::vector<Part> parts;
        std::size_t members = 0;
        /// Expected minus seen mass of the surrogate on a grid from `start` on, and its running
        /// sum.
        double start = 0, width = 1;
        std::vector<double> excess, running;
    };
    Conditional conditional(const Strata::Mixture& mixture) const;

    double at(const Conditional& c, double t) const;
    /// The t with F(t) = p.
    double inverse(const Conditional& c, double p) const;

    struct Uncertainty {
        double error = 0;    ///< standard error of F(t)
        double degrees = 1;  ///< of freedom
    };
    /// Where the surrogate is good, few members lie near enough to t to deviate at all: what they
    /// say is moderated by what the surrogate expects of the stratum.
    Uncertainty uncertainty(const Conditional& c, double t) const;
    /// Covariance of F(t) with the distribution function of everything at base_t.
    double covariance_with_base(const Conditional& c, double t, double base_t) const;

private:
    void predict();
    void sort_members();
    void compare_variances();
    void add_expected(Conditional& c) const;
    /// excess_variance_ at t.
    double excess_variance(double t) const;

    struct Bins {
        std::size_t from = 0, to = 0;
    };
    /// The bins of the grid whose Phi at t is neither 0 nor 1.
    Bins near(const Conditional& c, double t) const;
    double phi_of_bin(const Conditional& c, std::size_t bin, double t) const {
        return phi_((t - c.start - c.width * static_cast<double>(bin)) / smoothing_);
    }
    /// 1{value <= t} - h_t(g) of one member.
    double deviation(std::size_t i, double t) const {
        return (pool_.values()[i] <= t ? 1.0 : 0.0) - phi_((t - predicted_[i]) / smoothing_);
    }
    /// use(member, its weight in the mixture)
    template <typename Use>
    void for_members(const Part& part, Use use) const {
        for (std::size_t k = first_[part.stratum]; k < first_[part.stratum + 1]; ++k) {
            use(order_[k], part.unit * pool_.weight(order_[k]));
        }
    }
    /// The same with at most about 16,384 members, evenly spread over the values and each standing
    /// for its neighbours: enough for a variance. use(member, weight, how many it stands for)
    template <typename Use>
    void for_some_members(const Part& part, Use use) const {
        const std::size_t begin = first_[part.stratum];
        const std::size_t end = first_[part.stratum + 1];
        const std::size_t stride = 1 + (end - begin) / 16384;
        for (std::size_t k = begin + stride / 2; k < end; k += stride) {
            use(order_[k], part.unit * pool_.weight(order_[k]), static_cast<double>(stride));
        }
    }

    const Pool& pool_;
    NormalTable phi_;
    double smoothing_ = 1;       ///< s
    double low_ = 0, high_ = 0;  ///< range of the values
    double total_weight_ = 0;
    std::vector<float> predicted_;  ///< of each member, by its grid surrogate
    /// Members of each stratum by ascending value: order_[first_[s]] to order_[first_[s + 1] - 1].
    std::vector<std::uint32_t> order_;
    std::vector<std::size_t> first_;
    /// At equally spaced t from low to high: squared deviations over those of a surrogate whose
    /// residuals are normal, all members together.
    std::vector<double> excess_variance_;
};

}  // namespace blockscope
