#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "blockscope/base/progress.hpp"
#include "blockscope/metric/direction.hpp"
#include "blockscope/space/layer_table.hpp"

namespace blockscope {

/// What a predictor says of how wrong it is.
struct ModelError {
    std::string phrase;                                            ///< "": not stated with it
    double half_width = std::numeric_limits<double>::quiet_NaN();  ///< of its prediction interval,
                                                                   ///< in the metric's unit
    double level = 0;                                              ///< of that interval
};

struct MetricInfo {
    std::string name;    ///< "latency/host"
    std::string column;  ///< in tables: "latency_host_ms"
    std::string unit;    ///< "ms"
    Direction direction = Direction::neither;
    bool noisy = false;   ///< two evaluations of one architecture differ
    std::string source;   ///< what it is and by which convention, one phrase
    bool costly = false;  ///< takes longer to evaluate than to look up: worth a study
    std::optional<ModelError> model = {};  ///< nothing: the metric is no prediction
    /// Of a value that is the percentage of so many trials (images) that went right; 0: it is not.
    std::size_t trials = 0;
    std::size_t at_first = 16;  ///< architectures to ask for before it is known how long one takes
    bool in_order = false;      ///< cheaper where architectures that begin alike follow each other
    /// Probability, at most, that a value given up on would have been better than its bound in the
    /// end; 0: the metric evaluates everything to the end.
    double give_up_error = 0;
};

/// A value of which only a part was evaluated: it can hardly get as good as was asked for.
struct GivenUp {
    std::size_t index = 0;   ///< into the batch; the value there is the estimate from that part
    double at_best = 0;      ///< what the whole would be at best (MetricInfo::give_up_error)
    std::size_t trials = 0;  ///< in that part, of MetricInfo::trials
};

/// Numbers of a batch of architectures, in its order.
struct MetricColumn {
    std::vector<double> values;  ///< NaN where it failed
    std::vector<double> spread;  ///< standard error of each value, same unit; empty if exact
    std::vector<std::pair<std::size_t, std::string>> failures;  ///< index and reason
    std::vector<GivenUp> given_up = {};  ///< ascending; only of evaluate_or_give_up()
};

class Measured;
class Arriving;

/// Whatever gives an architecture a number. Users plug in their own.
class Metric {
public:
    virtual ~Metric() = default;
    virtual const MetricInfo& info() const = 0;
    /// What is expected to fail for one architecture is a NaN with a reason; throws Error for what
    /// makes all of them impossible.
    virtual MetricColumn evaluate(const DesignSpace& space, std::span<const Architecture> archs,
                                  Progress* progress = nullptr) = 0;
    /// The same where a value is of interest only if it is better than bounds[i] (in the direction
    /// of info(); NaN, or no bounds at all: always). Which are given up on depends on bounds and
    /// values alone. A metric that cannot give up evaluates everything.
    virtual MetricColumn evaluate_or_give_up(const DesignSpace& space,
                                             std::span<const Architecture> archs,
                                             std::span<const double> bounds,
                                             Progress* progress = nullptr) {
        (void)bounds;
        return evaluate(space, archs, progress);
    }
    /// The metric as a table of layer terms, if that is what it is.
    virtual std::optional<LayerTable> additive(const DesignSpace& space, int resolution) {
        (void)space;
        (void)resolution;
        return std::nullopt;
    }
    /// What values rest on besides the name: those of equal facts may stand side by side.
    using Facts = std::vector<std::pair<std::string, std::string>>;
    virtual Facts facts() const { return {}; }
    /// What a user should know of the values so far, one line each.
    virtual std::vector<std::string> remarks() const { return {}; }
    /// What else a metric that times networks offers; null for every other.
    virtual Measured* measured() { return nullptr; }
    /// The same for a metric whose values come from several processes.
    virtual Arriving* arriving() { return nullptr; }
};

}  // namespace blockscope
