#pragma once

#include <span>

namespace blockscope {

/// What many groups' variances have in common: a group of few members borrows from it. A group's
/// moderated variance is (degrees * variance + d * s) / (degrees + d) for its own d degrees of
/// freedom and sample variance s, and has degrees + d degrees of freedom.
struct VariancePrior {
    double variance = 0;
    double degrees = 0;  ///< infinite: the groups do not differ

    double moderated(double s, double d) const;
};

/// Fitted by the moments of the logarithms. variances, degrees: of each group; those with variance
/// 0 or below one degree of freedom are passed over. No group left: all zero. Source: Smyth,
/// "Linear models and empirical Bayes methods for assessing differential expression", Statistical
/// Applications in Genetics and Molecular Biology 3 (2004), section 6.2.
VariancePrior variance_prior(std::span<const double> variances, std::span<const double> degrees);

}  // namespace blockscope
