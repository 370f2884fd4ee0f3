#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "blockscope/base/error.hpp"
#include "blockscope/metric/arriving.hpp"
#include "blockscope/metric/divisible.hpp"

namespace blockscope {

/// A metric and the space it is asked about, as one rank has them.
struct OpenedMetric {
    std::shared_ptr<const DesignSpace> space;
    std::shared_ptr<Metric> metric;
    Metric::Facts conditions;  ///< of the process: its host among others
    std::string device = {};   ///< that it measures on; "" where there is no choice
};

/// Makes a metric from what rank 0 says of it. Throws what makes that impossible.
using OpenMetric = std::function<OpenedMetric(const std::string& description)>;

/// One piece of work for a rank.
struct Job {
    std::uint32_t metric = 0;      ///< number of the metric in its team
    std::uint64_t epoch = 0;       ///< number of the evaluation that it is a part of
    std::uint64_t number = 0;      ///< in that evaluation
    std::string description = {};  ///< not empty: open the metric, evaluate nothing
    std::vector<Architecture> archs = {};
    std::vector<double> bounds = {};  ///< as evaluate_or_give_up's
    std::uint64_t part = 0;           ///< of the one architecture, where parts is not 0: Divisible
    std::uint64_t parts = 0;          ///< the numbers then come back in the place of values
};

/// What became of it.
struct Done {
    std::uint32_t metric = 0;
    std::uint64_t epoch = 0;
    std::uint64_t number = 0;  ///< 0: of opening
    MetricColumn column = {};
    double seconds = 0;
    std::vector<LatencySample> samples = {};
    std::optional<double> reference_ms = {};
    Arriving::Worker worker = {};  ///< of opening
    std::vector<std::string> remarks = {};
    std::string error = {};  ///< not empty: the metric can give nothing more
    Fault fault = Fault::runtime;
};

/// Runs metrics in a thread of its own, so that the process answers its team meanwhile. Where a
/// metric never comes back the thread is left behind at the end: the process has to end then too.
class Evaluator {
public:
    explicit Evaluator(OpenMetric open);
    ~Evaluator();

    void push(Job job);
    /// A metric that is open already, under a number.
    void adopt(std::uint32_t number, OpenedMetric metric);
    /// Drops what belongs to an epoch or an older one of a metric; running work returns as soon as
    /// it asks.
    void stop(std::uint32_t metric, std::uint64_t epoch);
    std::optional<Done> pop();
    /// Waits until something is done, that long at most.
    void wait(double seconds) const;
    bool idle() const;
    /// Grows whenever the metric that runs shows that it gets on.
    std::uint64_t signs() const;
    /// False if it is still busy after that time, in spite of stop().
    bool rests_within(double seconds) const;
    /// Ends the thread; false if a metric does not come back, and then it is left behind.
    bool end();

private:
    struct State;
    std::shared_ptr<State> state_;
    std::thread thread_;
};

/// The device of a rank that has no choice of any.
inline constexpr const char* no_device = "the host itself";

/// The metric as one whose values can be made in parts; null if they cannot.
Divisible* divisible(Metric& metric);

/// What stands for the rank's values in a context: facts of the metric, host and device.
Metric::Facts worker_facts(const OpenedMetric& opened);

}  // namespace blockscope
