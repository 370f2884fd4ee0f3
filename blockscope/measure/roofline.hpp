#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "blockscope/measure/operator_times.hpp"
#include "blockscope/stats/estimate.hpp"

namespace blockscope {

/// Time and work of one or several steps of a run, batch included.
struct Roofline {
    Estimate ms;
    double macs = 0;
    /// Float32 that must be read or written once if nothing stays in a cache: operands, weights,
    /// biases and results of each step.
    double bytes = 0;

    double macs_per_byte() const { return macs / bytes; }
    /// With 2 FLOP for a multiply-accumulate; the work of activations, pooling, additions and
    /// rescales does not count.
    Estimate gflop_per_s() const;
    double gbyte_per_s() const { return 1e-6 * bytes / ms.value; }
};

/// Steps of one network together. Mean of the middle half of the visits, Student t; times are added
/// within each visit, so the interval holds what they have in common.
Roofline roofline(const TimedOperators& of, std::span<const std::size_t> steps, int batch,
                  double level);

/// The same for each step.
std::vector<Roofline> by_step(const TimedOperators& of, int batch, double level);

/// All steps: the sum of the parts, to be compared with `whole`.
Roofline sum_of_parts(const TimedOperators& of, int batch, double level);
Estimate whole_ms(const TimedOperators& of, double level);

/// Steps of a layer, of the stem or the head. `where` means nothing for the image brought in and
/// the result brought out, which stand alone (is_copy).
struct PlaceInNetwork {
    Location where;
    bool is_copy = false;
    std::vector<std::size_t> steps;
};
std::vector<PlaceInNetwork> places(const TimedOperators& of);

/// What a library runs again and again: steps of equal kind, shape and attributes in any network.
struct ShapeTimes {
    Operator op;  ///< of the first that was seen; input, second and where mean nothing
    bool with_addition = false;
    std::size_t calls = 0;  ///< of all networks together, in one run of each
    Roofline each;          ///< mean over calls; interval over visits to networks
};
/// The most time in all first. Copies are left out.
std::vector<ShapeTimes> by_shape(std::span<const TimedOperators> networks, int batch, double level);

}  // namespace blockscope
