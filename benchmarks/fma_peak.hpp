#pragma once

namespace blockscope {

/// Multiplies and adds in registers for some 20 microseconds, with the widest instructions that the
/// predictors' kernels use here; returns how many float multiply-adds that were. Twelve independent
/// chains hide the latency of two units.
double fma_burst();

}  // namespace blockscope
