#pragma once

namespace blockscope {

/// Probabilities, tail probabilities ("p values") and quantiles of the distributions that our
/// tests and intervals rest on. Degrees of freedom are > 0, probabilities lie in (0, 1).

double normal_cdf(double z);
double normal_quantile(double probability);

/// P(|T| >= |t|) of Student's t.
double student_p_value(double t, double degrees);

/// P(X >= x) of chi-square, x >= 0, and the x that leaves `probability` below it.
double chi_square_p_value(double x, double degrees);
double chi_square_quantile(double probability, double degrees);

/// P(X <= k) for X the number of successes in n trials; 0 for k < 0.
double binomial_cdf(int k, int n, double success);

}  // namespace blockscope
