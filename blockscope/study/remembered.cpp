#include "blockscope/study/remembered.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "blockscope/study/arrivals.hpp"
#include "blockscope/study/other_contexts.hpp"

namespace blockscope {
namespace {

using Clock = std::chrono::steady_clock;

/// Shows the progress of one batch as part of all that is missing.
class PartOfProgress : public Progress {
public:
    PartOfProgress(Progress* whole, std::size_t before, std::size_t size, std::size_t all)
        : whole_(whole),
          before_(static_cast<double>(before)),
          size_(static_cast<double>(size)),
          all_(static_cast<double>(all)) {}

    void update(std::string_view task, double done, double total) override {
        if (whole_ == nullptr) return;
        const double part = total > 0 ? std::min(1.0, done / total) : 0;
        whole_->update(task, before_ + part * size_, all_);
    }
    /// What the metric was told counts: a request that comes after its last look changes nothing.
    bool stop_requested() const override {
        if (whole_ != nullptr && whole_->stop_requested()) told_to_stop_ = true;
        return told_to_stop_;
    }
    bool told_to_stop() const { return told_to_stop_; }

private:
    Progress* whole_;
    double before_, size_, all_;
    mutable bool told_to_stop_ = false;
};

/// The rows of a column that have a value.
void keep_successes(std::vector<Architecture>& archs, MetricColumn& column) {
    MetricColumn kept;
    std::vector<Architecture> kept_archs;
    auto part = column.given_up.begin();
    for (std::size_t i = 0; i < archs.size(); ++i) {
        if (std::isnan(column.values[i])) continue;
        if (part != column.given_up.end() && part->index == i) {
            kept.given_up.push_back(*part++);
            kept.given_up.back().index = kept_archs.size();
        }
        kept_archs.push_back(archs[i]);
        kept.values.push_back(column.values[i]);
        if (!column.spread.empty()) kept.spread.push_back(column.spread[i]);
    }
    archs = std::move(kept_archs);
    column = std::move(kept);
}

/// An architecture of a batch was given up on.
void note_part(StoredValues& fresh, const Architecture& a, const MetricColumn& column,
               const GivenUp& part) {
    fresh.given_up[a] = {column.values[part.index], part.at_best, part.trials};
}

/// In the order of archs, from what was tried; the others fail because of `otherwise`.
MetricColumn column_of(std::span<const Architecture> archs, const StoredValues& stored,
                       const char* otherwise) {
    MetricColumn column;
    column.values.reserve(archs.size());
    column.spread.reserve(archs.size());
    bool any_spread = false;
    for (std::size_t i = 0; i < archs.size(); ++i) {
        const auto found = stored.tried.find(archs[i]);
        const StoredValue value = found != stored.tried.end() ? found->second : StoredValue{};
        if (value.failed()) {
            column.failures.emplace_back(i, value.failure.empty() ? otherwise : value.failure);
        }
        column.values.push_back(value.value);
        column.spread.push_back(value.spread);
        any_spread = any_spread || !std::isnan(value.spread);
    }
    if (!any_spread) column.spread.clear();
    return column;
}

}  // namespace

RememberedMetric::RememberedMetric(std::unique_ptr<Metric> metric, Study& study,
                                   StudyContext context)
    : metric_(std::move(metric)), study_(study), context_(std::move(context)) {
    batch_ = metric_->info().at_first;
    if (const auto* measured = metric_->measured()) batch_ = measured->first_batch();
}

const ContextKeys& RememberedMetric::keys(const DesignSpace& space) const {
    const std::string fingerprint = space.fingerprint();
    const auto found = keys_.find(fingerprint);
    if (found != keys_.end()) return found->second;
    ContextKeys all(context_.key);
    if (metric_->measured() != nullptr) all = alike_contexts(study_, space, info(), context_);
    return keys_.emplace(fingerprint, std::move(all)).first->second;
}

std::size_t RememberedMetric::at_once() const {
    const auto* arriving = metric_->arriving();
    return arriving != nullptr ? arriving->at_once() : 1;
}

StoredValues& RememberedMetric::stored(const DesignSpace& space) {
    StoredValues& known = known_[space.fingerprint()];
    const StoredValues newer = study_.values(space, info(), keys(space), known.last_row);
    for (const auto& [a, value] : newer.tried) known.add(a, value);
    for (const auto& [a, part] : newer.given_up) known.given_up[a] = part;
    known.last_row = newer.last_row;
    return known;
}

MetricColumn RememberedMetric::evaluate_or_give_up(const DesignSpace& space,
                                                   std::span<const Architecture> archs,
                                                   std::span<const double> bounds,
                                                   Progress* progress) {
    const StoredValues& known = stored(space);
    StoredValues answers;
    std::vector<Architecture> missing;
    std::unordered_map<Architecture, double, ArchitectureHash> asked;  // with their bounds
    for (std::size_t i = 0; i < archs.size(); ++i) {
        const Architecture& a = archs[i];
        const double bound = bounds.empty() ? std::nan("") : bounds[i];
        const auto found = known.tried.find(a);
        const auto part = known.given_up.find(a);
        if (found != known.tried.end() && !found->second.failed()) {
            answers.tried[a] = found->second;
            ++answered_;
        } else if (part != known.given_up.end() && is_hopeless(part->second, bound)) {
            answers.tried[a].value = part->second.estimate;
            answers.given_up[a] = part->second;
            ++answered_;
        } else if (asked.emplace(a, bound).second) {
            missing.push_back(a);
        }
    }
    // batches are of one resolution each, and small ones waste time on the reference network
    std::stable_sort(
        missing.begin(), missing.end(),
        [](const Architecture& a, const Architecture& b) { return a.resolution < b.resolution; });
    std::vector<double> bounds_of_missing;
    if (!bounds.empty()) {
        for (const auto& a : missing) bounds_of_missing.push_back(asked.at(a));
    }
    constexpr double no_limit = std::numeric_limits<double>::infinity();
    evaluate_missing(space, missing, bounds_of_missing, progress, answers, no_limit);
    auto column = column_of(archs, answers, "not reached before the evaluation was stopped");
    for (std::size_t i = 0; i < archs.size(); ++i) {
        const auto part = answers.given_up.find(archs[i]);
        if (part == answers.given_up.end()) continue;
        column.given_up.push_back({i, part->second.at_best, part->second.trials});
    }
    return column;
}

bool RememberedMetric::is_hopeless(const StoredPart& part, double bound) const {
    return info().direction == Direction::larger_is_better ? part.at_best <= bound
                                                           : part.at_best >= bound;
}

MetricColumn RememberedMetric::evaluate_again(const DesignSpace& space,
                                              std::span<const Architecture> archs, double seconds,
                                              Progress* progress) {
    std::vector<Architecture> by_resolution(archs.begin(), archs.end());
    std::stable_sort(
        by_resolution.begin(), by_resolution.end(),
        [](const Architecture& a, const Architecture& b) { return a.resolution < b.resolution; });
    StoredValues fresh;
    evaluate_missing(space, by_resolution, {}, progress, fresh, seconds);
    return column_of(archs, fresh, "not reached before the measuring was stopped");
}

void RememberedMetric::evaluate_missing(const DesignSpace& space,
                                        std::span<const Architecture> missing,
                                        std::span<const double> bounds, Progress* progress,
                                        StoredValues& fresh, double seconds_left) {
    if (metric_->arriving() != nullptr) {
        return take_arriving(space, missing, bounds, progress, fresh, seconds_left);
    }
    bool stopped = false;
    const Measured* measured = metric_->measured();
    const std::size_t least = measured != nullptr ? measured->at_once() : 1;
    for (std::size_t first = 0; first < missing.size() && !stopped && seconds_left > 0;) {
        batch_ = std::max(batch_, least);
        // one resolution a batch, so that the seconds of a row are those of its resolution
        std::size_t size = 1;
        while (size < batch_ && first + size < missing.size() &&
               missing[first + size].resolution == missing[first].resolution) {
            ++size;
        }
        std::vector<Architecture> batch(
            missing.begin() + static_cast<std::ptrdiff_t>(first),
            missing.begin() + static_cast<std::ptrdiff_t>(first + size));
        PartOfProgress part(progress, first, size, missing.size());
        const auto start = Clock::now();
        MetricColumn column = evaluate_batch(
            space, batch, bounds.empty() ? bounds : bounds.subspan(first, size), &part);
        const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
        stopped = part.told_to_stop();
        seconds_left -= seconds;

        for (std::size_t i = 0; i < batch.size(); ++i) {
            StoredValue& value = fresh.tried[batch[i]];
            value.value = column.values[i];
            if (!column.spread.empty()) value.spread = column.spread[i];
        }
        for (const auto& [i, reason] : column.failures) fresh.tried[batch[i]].failure = reason;
        for (const auto& given_up : column.given_up) {
            note_part(fresh, batch[given_up.index], column, given_up);
        }
        if (stopped && !info().noisy) {
            keep_successes(batch, column);  // "not reached" is nobody's failure
            study_.record(space, info(), context_, batch, column, seconds);
        } else if (!stopped) {
            study_.record(
                space, info(), context_, batch, column, seconds,
                measured != nullptr ? measured->samples() : std::span<const LatencySample>{});
        }

        first += size;
        constexpr double seconds_a_batch = 1;
        const double fitting =
            seconds_a_batch * static_cast<double>(size) / std::max(seconds, 1e-9);
        const double most = 4 * static_cast<double>(batch_);  // the first batch is no fair sample
        batch_ = static_cast<std::size_t>(std::clamp(std::min(fitting, most), 1.0, 65536.0));
        if (!stopped && progress != nullptr) stopped = progress->stop_requested();
    }
}

/// Values are stored as they come; those of measured metrics as recorded, each worker's on its own
/// scale, which the study knows.
void RememberedMetric::take_arriving(const DesignSpace& space,
                                     std::span<const Architecture> missing,
                                     std::span<const double> bounds, Progress* progress,
                                     StoredValues& fresh, double seconds_left) {
    Arriving& arriving = *metric_->arriving();
    const bool measured = metric_->measured() != nullptr;
    if (measured && writers_.empty()) writers_.push_back(0);
    auto& all = keys_.insert_or_assign(space.fingerprint(), keys(space)).first->second.keys;
    Arrivals arrivals(study_, space, info());
    const auto take = [&](Arriving::Part part) {
        arrivals.record_if_due();
        if (part.rows.empty()) return true;
        StudyContext context = context_;
        std::size_t writer = 0;
        if (measured) {
            const auto& workers = arriving.workers();
            for (std::size_t w = writers_.size(); w <= part.worker; ++w) {
                writers_.push_back(study_.add_writer(workers[w].conditions));
            }
            writer = writers_[part.worker];
            context = measured_context(workers[part.worker].facts);
            if (std::find(all.begin(), all.end(), context.key) == all.end()) {
                all.push_back(context.key);
            }
        }
        seconds_left -= part.seconds;
        const int resolution = missing[part.rows.front()].resolution;
        if (part.reference_ms) {
            study_.set_reference_ms(space, info(), context, resolution, *part.reference_ms, writer);
        }
        const auto common = part.reference_ms ? reference_ms(space, resolution) : std::nullopt;
        const double factor = common ? *common / *part.reference_ms : 1;
        for (std::size_t k = 0; k < part.rows.size(); ++k) {
            StoredValue& value = fresh.tried[missing[part.rows[k]]];
            value.value = part.column.values[k] * factor;
            if (!part.column.spread.empty()) value.spread = part.column.spread[k] * factor;
        }
        for (const auto& [k, reason] : part.column.failures) {
            fresh.tried[missing[part.rows[k]]].failure = reason;
        }
        for (const auto& given_up : part.column.given_up) {
            note_part(fresh, missing[part.rows[given_up.index]], part.column, given_up);
        }
        arrivals.add(missing, std::move(part), context, writer);
        return seconds_left > 0;
    };
    try {
        arriving.evaluate_parts(space, missing, bounds, progress, take);
    } catch (...) {  // the last device is lost: what came before stays
        arrivals.record();
        throw;
    }
    arrivals.record();
}

std::vector<StudyContext> RememberedMetric::contexts(const DesignSpace& space) const {
    std::vector<StudyContext> found;
    const auto& all = keys(space).keys;
    for (auto& stored : study_.contexts(space, info())) {
        if (std::find(all.begin(), all.end(), stored.context.key) != all.end()) {
            found.push_back(std::move(stored.context));
        }
    }
    return found;
}

MetricColumn RememberedMetric::evaluate_batch(const DesignSpace& space,
                                              std::span<const Architecture> batch,
                                              std::span<const double> bounds, Progress* progress) {
    Measured* measured = metric_->measured();
    if (measured == nullptr) return metric_->evaluate_or_give_up(space, batch, bounds, progress);
    const int resolution = batch.front().resolution;
    const bool begins = !measured->reference_ms(resolution);
    const auto known = study_.reference_ms(space, info(), keys(space), resolution);
    if (begins && known) measured->scale_to(resolution, *known);
    MetricColumn column = metric_->evaluate(space, batch, progress);
    // before the first values, which would mean nothing to a later session without it
    const auto reference = measured->reference_ms(resolution);
    if (reference && scaled_.insert({space.fingerprint(), resolution}).second) {
        study_.set_reference_ms(space, info(), context_, resolution, *reference);
    }
    return column;
}

MetricColumn RememberedMetric::recall(const DesignSpace& space,
                                      std::span<const Architecture> archs) {
    return column_of(archs, stored(space), "never evaluated");
}

std::vector<int> RememberedMetric::sessions_of(const DesignSpace& space,
                                               std::span<const Architecture> archs) {
    const StoredValues& known = stored(space);
    std::vector<int> sessions;
    sessions.reserve(archs.size());
    for (const auto& a : archs) {
        const auto found = known.tried.find(a);
        sessions.push_back(found == known.tried.end() ? 0 : found->second.session);
    }
    return sessions;
}

std::vector<double> RememberedMetric::seconds_of_tried(const DesignSpace& space,
                                                       std::span<const Architecture> archs) {
    const StoredValues& known = stored(space);
    std::vector<double> seconds;
    for (const auto& a : archs) {
        const auto found = known.tried.find(a);
        if (found == known.tried.end()) break;
        seconds.push_back(found->second.seconds);
    }
    return seconds;
}

std::unique_ptr<RememberedMetric> remembered(std::unique_ptr<Metric> metric, Study& study,
                                             StudyContext context) {
    return std::make_unique<RememberedMetric>(std::move(metric), study, std::move(context));
}

}  // namespace blockscope
