#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "blockscope/measure/quality.hpp"
#include "blockscope/metric/metric.hpp"

namespace blockscope {

/// What a metric offers whose values come from several workers, each when it is done;
/// Metric::arriving() leads here. Whoever keeps values takes them as they come.
class Arriving {
public:
    virtual ~Arriving() = default;

    struct Worker {
        Metric::Facts facts;  ///< what its values rest on, host and device of a measured metric too
        Metric::Facts conditions;  ///< the rest that is known of it
    };

    /// Values that one worker gave.
    struct Part {
        std::vector<std::size_t> rows;  ///< of the architectures that were asked for
        MetricColumn column;            ///< in the order of rows; so the indices of its failures
        double seconds = 0;             ///< that they took the worker
        std::size_t worker = 0;         ///< index into workers()
        std::vector<LatencySample> samples = {};  ///< `network` is an index into rows
        std::optional<double> reference_ms = {};  ///< what measured values are scaled to
    };

    /// Those that gave a part so far; only grows.
    virtual const std::vector<Worker>& workers() const = 0;

    /// Architectures that keep all workers busy for a moment.
    virtual std::size_t at_once() const = 0;

    /// bounds: as Metric::evaluate_or_give_up's.
    /// Hands every part to `take`, in this thread and in no order, each row once; ten times a
    /// second also an empty one, so that `take` may do what is due. Ends early when `take` returns
    /// false, or progress says stop; then some rows are in no part.
    virtual void evaluate_parts(const DesignSpace& space, std::span<const Architecture> archs,
                                std::span<const double> bounds, Progress* progress,
                                const std::function<bool(Part)>& take) = 0;
};

}  // namespace blockscope
