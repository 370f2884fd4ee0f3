#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <span>

#include "blockscope/measure/context.hpp"
#include "blockscope/measure/quality.hpp"

namespace blockscope {

/// What a metric that times networks offers besides its numbers; Metric::measured() leads here.
class Measured {
public:
    virtual ~Measured() = default;

    /// Timed runs of each network from now on. One is what a profile takes: more networks, whose
    /// noise averages.
    virtual void set_visits(int visits) = 0;

    /// What numbers must share to be comparable, the number of visits included.
    virtual MachineContext context() const = 0;

    /// Whether values rest on CPU time, which preemption does not touch, or on wall time.
    virtual bool by_cpu_time() const = 0;

    /// Whether networks run in this process, whose luck (where memory lies) is then part of every
    /// value until it ends.
    virtual bool in_this_process() const { return false; }

    /// Networks that it measures at the same time, on as many devices.
    virtual std::size_t at_once() const { return 1; }

    /// What to ask it for first, before anybody knows how long a network takes.
    virtual std::size_t first_batch() const { return 16; }

    /// Preparing networks for the runs of this object, which no latency contains; NaN where the
    /// device does not tell.
    virtual double preparation_ms_per_visit() const { return std::nan(""); }

    /// Runs in a row that a timed run at a resolution is the mean of, where one would be too short
    /// for the clock; 1 before the first.
    virtual int runs_in_a_row(int /*resolution*/) const { return 1; }

    /// Timed runs behind the last evaluate(); `network` is an index into its batch.
    virtual std::span<const LatencySample> samples() const = 0;

    /// The time of the reference network that values at a resolution are scaled to; nothing before
    /// the first was measured.
    virtual std::optional<double> reference_ms(int resolution) const = 0;

    /// Scales values to what an earlier session measured for the reference network, so that both
    /// sessions' values can be compared. Before the first evaluate() at this resolution.
    virtual void scale_to(int resolution, double reference_ms) = 0;
};

}  // namespace blockscope
