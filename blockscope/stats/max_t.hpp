#pragma once

#include <span>

namespace blockscope {

/// For a family of estimates with the given covariance (n x n, row by row), the probability p such
/// that two-sided intervals of level 1 - p each cover all truths at once with probability `level`.
/// About (1 - level) / n where the estimates are independent and many, 1 - level where they are one
/// and the same. Entries with variance 0 take no part. From 4,000 normal draws of a fixed
/// seed, two standard errors on the safe side: a family at 95 % is held at 95 to 96.4 %.
/// Source: Westfall and Young, "Resampling-based multiple testing" (1993); Hothorn, Bretz and
/// Westfall, "Simultaneous inference in general parametric models" (2008).
double simultaneous_probability(std::span<const double> covariance, double level);

}  // namespace blockscope
