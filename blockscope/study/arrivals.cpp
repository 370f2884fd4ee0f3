#include "blockscope/study/arrivals.hpp"

#include <algorithm>
#include <cmath>

namespace blockscope {

Arrivals::Arrivals(Study& study, const DesignSpace& space, const MetricInfo& metric)
    : study_(study), space_(space), metric_(metric) {}

void Arrivals::add(std::span<const Architecture> archs, Arriving::Part part,
                   const StudyContext& context, std::size_t writer) {
    const int resolution = archs[part.rows.front()].resolution;
    // one resolution at a time, so that the seconds of a row are those of its resolution
    auto to = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& w) {
        return w.writer == writer && w.context.key == context.key &&
               w.archs.front().resolution == resolution;
    });
    if (to == waiting_.end()) to = waiting_.insert(to, {writer, context, {}, {}, 0, {}});
    const std::size_t before = to->archs.size();
    for (const auto i : part.rows) to->archs.push_back(archs[i]);
    auto& column = to->column;
    column.values.insert(column.values.end(), part.column.values.begin(), part.column.values.end());
    if (!part.column.spread.empty() || !column.spread.empty()) {
        column.spread.resize(before, std::nan(""));
        part.column.spread.resize(part.rows.size(), std::nan(""));
        column.spread.insert(column.spread.end(), part.column.spread.begin(),
                             part.column.spread.end());
    }
    for (auto& [i, reason] : part.column.failures) {
        column.failures.emplace_back(before + i, std::move(reason));
    }
    for (auto given_up : part.column.given_up) {
        given_up.index += before;
        column.given_up.push_back(given_up);
    }
    for (auto sample : part.samples) {
        sample.network += before;
        to->samples.push_back(sample);
    }
    to->seconds += part.seconds;
}

void Arrivals::record_if_due() {
    constexpr std::chrono::milliseconds together(100);
    if (!waiting_.empty() && Clock::now() - recorded_ > together) record();
}

void Arrivals::record() {
    for (const auto& w : waiting_) {
        study_.record(space_, metric_, w.context, w.archs, w.column, w.seconds, w.samples,
                      w.writer);
    }
    waiting_.clear();
    recorded_ = Clock::now();
}

}  // namespace blockscope
