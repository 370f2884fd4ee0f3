#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "blockscope/metric/arriving.hpp"
#include "blockscope/metric/measured.hpp"
#include "blockscope/study/study.hpp"

namespace blockscope {

/// A metric that asks a study first and stores what it had to evaluate, in batches of about a
/// second: the end of the process at any moment loses the batch in flight at most. Repeated
/// architectures get one value. Architectures that failed before are tried again.
/// What comes from several processes is stored as it comes; of a measured metric each one's values
/// have a session and a context of their own, and stand side by side (alike_contexts).
/// A measured metric's values are scaled to the reference time that the study's first session
/// measured, and its timed runs are stored with them.
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
                          Progress* progress = nullptr) override {
        return evaluate_or_give_up(space, archs, {}, progress);
    }

    /// What was given up on before, and could not be better than its bound, is answered from the
    /// study too; any other call evaluates it.
    MetricColumn evaluate_or_give_up(const DesignSpace& space, std::span<const Architecture> archs,
                                     std::span<const double> bounds,
                                     Progress* progress = nullptr) override;

    /// Evaluates and stores whatever is known already. Ends early after `seconds`, between batches.
    MetricColumn evaluate_again(const DesignSpace& space, std::span<const Architecture> archs,
                                double seconds, Progress* progress = nullptr);

    /// Every value ever stored, the oldest first.
    StoredVisits visits(const DesignSpace& space) const {
        return study_.visits(space, info(), keys(space));
    }

    /// What the study knows, evaluating nothing. What failed or was never tried fails.
    MetricColumn recall(const DesignSpace& space, std::span<const Architecture> archs);

    /// The session that each value of recall() is from; 0 for those without a value.
    std::vector<int> sessions_of(const DesignSpace& space, std::span<const Architecture> archs);

    /// Seconds that each of the leading architectures took in all sessions, failures included, up
    /// to the first that was never tried. A budget of time is spent by their sum, so the same
    /// command goes on instead of starting again.
    std::vector<double> seconds_of_tried(const DesignSpace& space,
                                         std::span<const Architecture> archs);

    /// Of all sessions together; nothing if the metric is not measured or was never stored.
    std::optional<MeasuringQuality> quality(const DesignSpace& space, int resolution) const;

    /// Stored values refer to the reference network's time in the first moments. Takes those of a
    /// column to its median over all sessions, a better one; other metrics' values stay.
    void rescale(const DesignSpace& space, std::span<const Architecture> archs,
                 std::span<double> values) const;

    /// False for a metric that is not measured.
    bool by_cpu_time() const;

    /// What stored values are scaled to, if anything; MeasuringQuality::reference_ms is what those
    /// of rescale() are.
    std::optional<double> reference_ms(const DesignSpace& space, int resolution) const {
        return study_.reference_ms(space, info(), keys(space), resolution);
    }

    std::vector<SessionRuns> sessions(const DesignSpace& space, int resolution) const {
        return study_.sessions(space, info(), keys(space), resolution);
    }

    std::optional<LayerTable> additive(const DesignSpace& space, int resolution) override {
        return metric_->additive(space, resolution);
    }
    Measured* measured() override { return metric_->measured(); }
    Facts facts() const override { return metric_->facts(); }
    std::vector<std::string> remarks() const override { return metric_->remarks(); }

    const StudyContext& context() const { return context_; }
    /// Of all whose values stand side by side; this one's first.
    const ContextKeys& keys(const DesignSpace& space) const;

    /// Those of them that the study holds values of.
    std::vector<StudyContext> contexts(const DesignSpace& space) const;

    /// Processes that share the work.
    std::size_t at_once() const;

    /// Architectures answered without an evaluation, so far.
    std::size_t answered_from_study() const { return answered_; }

private:
    StoredValues& stored(const DesignSpace& space);
    bool is_hopeless(const StoredPart& part, double bound) const;
    void evaluate_missing(const DesignSpace& space, std::span<const Architecture> missing,
                          std::span<const double> bounds, Progress* progress, StoredValues& fresh,
                          double seconds);
    void take_arriving(const DesignSpace& space, std::span<const Architecture> missing,
                       std::span<const double> bounds, Progress* progress, StoredValues& fresh,
                       double seconds);
    MetricColumn evaluate_batch(const DesignSpace& space, std::span<const Architecture> batch,
                                std::span<const double> bounds, Progress* progress);

    std::unique_ptr<Metric> metric_;
    Study& study_;
    StudyContext context_;
    std::unordered_map<std::string, StoredValues> known_;        ///< by fingerprint of the space
    mutable std::unordered_map<std::string, ContextKeys> keys_;  ///< by fingerprint of the space
    std::vector<std::size_t> writers_;  ///< of the workers of a measured metric
    std::set<std::pair<std::string, int>>
        scaled_;  ///< spaces and resolutions whose scale is stored
    std::size_t batch_ = 16;
    std::size_t answered_ = 0;
};

/// Of sessions together, each with its own clock; nothing for none.
std::optional<MeasuringQuality> quality_of(std::vector<SessionRuns> sessions, bool by_cpu_time);

std::unique_ptr<RememberedMetric> remembered(std::unique_ptr<Metric> metric, Study& study,
                                             StudyContext context = {});

/// In the context that a measured metric or a metric's facts give. Visits are set before.
StudyContext context_of(Metric& metric);

/// The context with those facts, as latencies have them.
StudyContext measured_context(Facts facts);

}  // namespace blockscope
