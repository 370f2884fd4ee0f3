#pragma once

namespace blockscope {

/// Multiplies and adds in registers for some 20 microseconds, with the widest instructions of this
/// processor; returns how many float multiply-adds that were. Twelve independent chains hide the
/// latency of two units.
double fma_burst();

/// What that makes a second on `threads` threads at once, in GFLOP/s with 2 FLOP for a
/// multiply-add: the roof that no network of float32 gets through. Takes some 2 ms; one thread goes
/// by its CPU time, several by the clock. A moment's rate: clocks change, so ask again beside what
/// is compared with it.
double fma_peak_gflops(int threads);

}  // namespace blockscope
