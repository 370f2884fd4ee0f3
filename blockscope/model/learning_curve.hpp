#pragma once

#include <string>
#include <vector>

#include "blockscope/model/kind_fit.hpp"

namespace blockscope {

/// 10, 20, 50, 100, ... of the fitted rows and all; each point's error is that on the held-out
/// rows, of the sums, of a kernel and of the kind that was chosen. A GRU, which takes minutes, is
/// not fitted again: `chosen` is the model of all rows. Ends early if asked to stop.
std::vector<CurvePoint> learning_curve(const KindFitter& fitter, const HeldOut& parts,
                                       const std::string& kind, const KindFit& chosen,
                                       Progress* progress);

}  // namespace blockscope
