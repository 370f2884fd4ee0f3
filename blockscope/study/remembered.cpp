#include "blockscope/study/remembered.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <unordered_set>

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
    for (std::size_t i = 0; i < archs.size(); ++i) {
        if (std::isnan(column.values[i])) continue;
        kept_archs.push_back(archs[i]);
        kept.values.push_back(column.values[i]);
        if (!column.spread.empty()) kept.spread.push_back(column.spread[i]);
    }
    archs = std::move(kept_archs);
    column = std::move(kept);
}

}  // namespace

RememberedMetric::RememberedMetric(std::unique_ptr<Metric> metric, Study& study,
                                   StudyContext context)
    : metric_(std::move(metric)), study_(study), context_(std::move(context)) {}

MetricColumn RememberedMetric::evaluate(const DesignSpace& space,
                                        std::span<const Architecture> archs, Progress* progress) {
    StoredValues& known = known_[space.fingerprint()];
    const StoredValues newer = study_.values(space, info(), context_.key, known.last_row);
    for (const auto& [a, value] : newer.known) known.known[a] = value;
    known.last_row = newer.last_row;

    std::vector<Architecture> missing;
    std::unordered_set<Architecture, ArchitectureHash> asked;
    for (const auto& a : archs) {
        if (known.known.contains(a)) {
            ++answered_;
        } else if (asked.insert(a).second) {
            missing.push_back(a);
        }
    }
    std::unordered_map<Architecture, std::string, ArchitectureHash> reasons;
    StoredValues unstored;
    evaluate_missing(space, missing, progress, reasons, unstored);

    MetricColumn column;
    column.values.reserve(archs.size());
    column.spread.reserve(archs.size());
    bool any_spread = false;
    for (std::size_t i = 0; i < archs.size(); ++i) {
        StoredValue value;
        if (const auto found = known.known.find(archs[i]); found != known.known.end()) {
            value = found->second;
        } else if (const auto fresh = unstored.known.find(archs[i]);
                   fresh != unstored.known.end()) {
            value = fresh->second;
        } else {
            column.failures.emplace_back(i, reasons[archs[i]]);
        }
        column.values.push_back(value.value);
        column.spread.push_back(value.spread);
        any_spread = any_spread || !std::isnan(value.spread);
    }
    if (!any_spread) column.spread.clear();
    return column;
}

void RememberedMetric::evaluate_missing(
    const DesignSpace& space, std::span<const Architecture> missing, Progress* progress,
    std::unordered_map<Architecture, std::string, ArchitectureHash>& reasons,
    StoredValues& unstored) {
    StoredValues& known = known_[space.fingerprint()];
    bool stopped = false;
    for (std::size_t first = 0; first < missing.size() && !stopped;) {
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
        MetricColumn column = metric_->evaluate(space, batch, &part);
        const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
        stopped = part.told_to_stop();

        for (const auto& [i, reason] : column.failures) reasons[batch[i]] = reason;
        const bool store = !(stopped && info().noisy);
        for (std::size_t i = 0; i < batch.size(); ++i) {
            if (std::isnan(column.values[i])) continue;
            const double spread = column.spread.empty() ? std::nan("") : column.spread[i];
            (store ? known : unstored).known[batch[i]] = {column.values[i], spread};
        }
        if (stopped) keep_successes(batch, column);  // "not reached" is nobody's failure
        if (store) study_.record(space, info(), context_, batch, column, seconds);

        first += size;
        constexpr double seconds_a_batch = 1;
        const double fitting =
            seconds_a_batch * static_cast<double>(size) / std::max(seconds, 1e-9);
        const double most = 4 * static_cast<double>(batch_);  // the first batch is no fair sample
        batch_ = static_cast<std::size_t>(std::clamp(std::min(fitting, most), 1.0, 65536.0));
        if (!stopped && progress != nullptr) stopped = progress->stop_requested();
    }
    if (!stopped) return;
    for (const auto& a : missing) {
        if (!known.known.contains(a) && !unstored.known.contains(a)) {
            reasons.try_emplace(a, "not reached before the evaluation was stopped");
        }
    }
}

double RememberedMetric::seconds_spent(const DesignSpace& space, int resolution) const {
    return study_.seconds_spent(space, info(), context_.key, resolution);
}

std::unique_ptr<RememberedMetric> remembered(std::unique_ptr<Metric> metric, Study& study,
                                             StudyContext context) {
    return std::make_unique<RememberedMetric>(std::move(metric), study, std::move(context));
}

}  // namespace blockscope
