// What is known of the times behind remembered values, and what they rest on.
#include <unordered_map>
#include <utility>

#include "blockscope/base/text.hpp"
#include "blockscope/study/remembered.hpp"

namespace blockscope {

bool RememberedMetric::by_cpu_time() const {
    const Measured* measured = metric_->measured();
    return measured != nullptr && measured->by_cpu_time();
}

std::optional<MeasuringQuality> RememberedMetric::quality(const DesignSpace& space,
                                                          int resolution) const {
    const Measured* measured = metric_->measured();
    if (measured == nullptr) return std::nullopt;
    return quality_of(sessions(space, resolution), measured->by_cpu_time());
}

std::optional<MeasuringQuality> quality_of(std::vector<SessionRuns> sessions, bool by_cpu_time) {
    std::vector<std::vector<LatencySample>> samples;
    std::size_t networks = 0;
    double seconds = 0;
    for (auto& session : sessions) {
        networks += session.networks;
        seconds += session.seconds;
        samples.push_back(std::move(session.warm_up));
        samples.back().insert(samples.back().end(), session.samples.begin(), session.samples.end());
    }
    if (samples.empty()) return std::nullopt;
    MeasuringQuality q = measuring_quality(samples, by_cpu_time);
    q.networks = networks;
    q.seconds = seconds;
    return q;
}

void RememberedMetric::rescale(const DesignSpace& space, std::span<const Architecture> archs,
                               std::span<double> values) const {
    std::unordered_map<int, double> scales;
    for (std::size_t i = 0; i < archs.size(); ++i) {
        const int resolution = archs[i].resolution;
        const auto [scale, fresh] = scales.try_emplace(resolution, 1);
        if (fresh) {
            const auto known = reference_ms(space, resolution);
            const auto q = quality(space, resolution);
            if (known && q && q->reference_ms > 0) scale->second = q->reference_ms / *known;
        }
        values[i] *= scale->second;
    }
}

StudyContext context_of(Metric& metric) {
    const Measured* measured = metric.measured();
    if (measured != nullptr && metric.arriving() != nullptr) {
        return measured_context(metric.arriving()->workers().front().facts);
    }
    if (measured == nullptr) {
        Metric::Facts facts = metric.facts();
        std::string text;
        for (const auto& [name, value] : facts) text += name + "=" + value + ";";
        return {facts.empty() ? "" : content_hash(text), std::move(facts)};
    }
    return measured_context(measured->context().stable);
}

StudyContext measured_context(Facts facts) {
    MachineContext context;
    context.stable = std::move(facts);
    std::string key = context.key();
    return {std::move(key), std::move(context.stable)};
}

}  // namespace blockscope
