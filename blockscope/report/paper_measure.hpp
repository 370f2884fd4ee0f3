#pragma once

#include <functional>
#include <vector>

#include "blockscope/report/paper_numbers.hpp"

namespace blockscope {

/// How our value of a row of the paper is made. NaN: it cannot be, PaperNumbers::why_not() says
/// why. Intervals of combinations are conservative: bounds are combined as if their parts erred the
/// worst way together.
using Measure = std::function<Estimate(PaperNumbers&)>;

enum class Curve { mean, p5, p95 };  ///< Equation 2, or Equation 3 at 5 or 95 %

/// Numbers of MBConv blocks, from 0: the paper's B1 to B9, kernel innermost.
using Blocks = std::vector<int>;
inline const Blocks every_block{0, 1, 2, 3, 4, 5, 6, 7, 8};
inline const Blocks e3{0, 1, 2}, e4{3, 4, 5}, e6{6, 7, 8};
inline const Blocks k3{0, 3, 6}, k5{1, 4, 7}, k7{2, 5, 8};
inline const Blocks not_k7{0, 1, 3, 4, 6, 7};

/// Mean of the responses (Equation 1) of blocks, in the order of block_names().
Measure response(PaperMetric metric, const Blocks& blocks);
/// Mean over blocks of the placements' deltas at (unit, layer), both from 1.
Measure delta(PaperMetric metric, int unit, int layer, const Blocks& blocks,
              Curve curve = Curve::mean);
/// Of those blocks' deltas, the one farthest from `middle`.
Measure farthest_delta(PaperMetric metric, int unit, int layer, const Blocks& blocks, Curve curve,
                       double middle);
/// Largest delta minus smallest over the blocks of a location.
Measure spread(PaperMetric metric, int unit, int layer);
/// E[M(A)], or its percentile.
Measure base(PaperMetric metric, Curve curve = Curve::mean);
/// The deltas of a location's blocks in the order of the placements, minus `expected`: the one
/// farthest from 0.
Measure worst_difference(PaperMetric metric, int unit, int layer,
                         const std::vector<double>& expected);

Measure difference(Measure a, Measure b);
Measure linear(Measure a, double factor, double offset = 0);
Measure average(std::vector<Measure> parts);
Measure largest(std::vector<Measure> parts);
Measure smallest(std::vector<Measure> parts);
Measure constant(double value);

}  // namespace blockscope
