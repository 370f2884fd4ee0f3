#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "blockscope/study/study.hpp"

namespace blockscope {

/// A metric that asks a study first and stores what it had to evaluate, in batches of about a
/// second: the end of the process at any moment loses the batch in flight at most. Repeated
/// architectures get one value. Architectures that failed before are tried again.
/// Worth it for what is costly to evaluate; counts are faster than their look-up, and the name of a
/// `csv:` metric does not change when its file does.
class RememberedMetric : public Metric {
public:
    /// study: outlives this.
    RememberedMetric(std::unique_ptr<Metric> metric, Study& study, StudyContext context);

    const MetricInfo& info() const override { return metric_->info(); }

    /// When asked to stop, what a noisy metric measured in the batch in flight is returned but not
    /// stored: it may rest on fewer visits than the values beside it.
    MetricColumn evaluate(const DesignSpace& space, std::span<const Architecture> archs,
                          Progress* progress = nullptr) override;

    std::optional<LayerTable> additive(const DesignSpace& space, int resolution) override {
        return metric_->additive(space, resolution);
    }

    /// The metric that is asked for what the study does not know.
    Metric& original() { return *metric_; }
    const StudyContext& context() const { return context_; }

    /// Seconds spent by all sessions, so that a budget of time goes on instead of starting again.
    double seconds_spent(const DesignSpace& space, int resolution) const;

    /// Architectures answered without an evaluation, so far.
    std::size_t answered_from_study() const { return answered_; }

private:
    void evaluate_missing(const DesignSpace& space, std::span<const Architecture> missing,
                          Progress* progress,
                          std::unordered_map<Architecture, std::string, ArchitectureHash>& reasons,
                          StoredValues& unstored);

    std::unique_ptr<Metric> metric_;
    Study& study_;
    StudyContext context_;
    std::unordered_map<std::string, StoredValues> known_;  ///< by fingerprint of the space
    std::size_t batch_ = 16;
    std::size_t answered_ = 0;
};

std::unique_ptr<RememberedMetric> remembered(std::unique_ptr<Metric> metric, Study& study,
                                             StudyContext context = {});

}  // namespace blockscope
