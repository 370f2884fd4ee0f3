#pragma once

namespace blockscope {

/// Quantile of Student's t distribution that leaves (1 - level) / 2 on either side. Its source is
/// distributions.cpp, which alone includes Boost.Math.
/// level in (0, 1); degrees > 0. Source: Student, "The probable error of a mean", Biometrika 6
/// (1908).
double student_quantile(double level, double degrees);

}  // namespace blockscope
