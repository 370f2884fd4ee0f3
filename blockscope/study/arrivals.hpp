#pragma once

#include <chrono>
#include <span>
#include <vector>

#include "blockscope/metric/arriving.hpp"
#include "blockscope/study/study.hpp"

namespace blockscope {

/// Parts of an evaluation on their way into a study: what comes within a tenth of a second is
/// written together, because a thousand ranks send more parts than a disk takes transactions. The
/// end of the process at any moment loses no more than that.
class Arrivals {
public:
    /// All outlive this.
    Arrivals(Study& study, const DesignSpace& space, const MetricInfo& metric);

    /// archs: that the rows of the part are of.
    void add(std::span<const Architecture> archs, Arriving::Part part, const StudyContext& context,
             std::size_t writer);
    /// Writes what waits.
    void record();
    /// The same if it has waited for long enough.
    void record_if_due();

private:
    struct Waiting {
        std::size_t writer = 0;
        StudyContext context;
        std::vector<Architecture> archs;
        MetricColumn column;
        double seconds = 0;
        std::vector<LatencySample> samples;
    };
    using Clock = std::chrono::steady_clock;

    Study& study_;
    const DesignSpace& space_;
    const MetricInfo& metric_;
    std::vector<Waiting> waiting_;
    Clock::time_point recorded_ = Clock::now();
};

}  // namespace blockscope
