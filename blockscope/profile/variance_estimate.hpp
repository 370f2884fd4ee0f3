#pragma once

#include "blockscope/profile/unrepeated.hpp"
#include "blockscope/profile/variance_split.hpp"

namespace blockscope {

/// An estimated variance. theta: the estimate; psi: what each architecture adds to its error, to
/// first order; cells: how many means had to be estimated, for the error of second order.
struct PooledAmount {
    double theta = 0;
    double cells = 0;
    std::vector<double> psi;
    void add(double sign, const PooledAmount& other) {
        theta += sign * other.theta;
        cells += sign * other.cells;
        for (std::size_t i = 0; i < psi.size(); ++i) psi[i] += sign * other.psi[i];
    }
};

struct VarianceEstimate {
    Split<PooledAmount> split;
    PooledAmount total;       ///< Var(M)
    double second_order = 0;  ///< variance of one estimated mean's share of a theta

    /// amount / total with its interval.
    Estimate share(const PooledAmount& amount, double level) const;
};

/// Unbiased estimates of the factors' variances. Models are fitted on one half and tried on the
/// other; with g the model, r = M - g on the half that it has not seen and mu(c) a mean in cell c,
///     Var(mu_M) = Var(mu_g) + 2 E[(mu_g - E g) r] + Var(mu_r),
/// the first in closed form, the second a mean over the half, the third a mean over pairs of its
/// members. Several splits into halves are averaged. Several resolutions: all of this within each
/// (the models share their coefficients), averaged, and Var(E[M | resolution]) as the first factor.
/// rows: at least 4 of each resolution.
VarianceEstimate estimate_variance(const DesignSpace& space, const UnrepeatedSample& rows);

}  // namespace blockscope
