#include "blockscope/study/repeated.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "blockscope/base/random.hpp"
#include "blockscope/measure/doubts.hpp"
#include "blockscope/measure/median.hpp"
#include "blockscope/measure/robust_mean.hpp"

namespace blockscope {
namespace {

/// A round as part of all rounds there may be.
class RoundProgress : public Progress {
public:
    RoundProgress(Progress* whole, double before, double all)
        : whole_(whole), before_(before), all_(all) {}
    void update(std::string_view task, double done, double) override {
        if (whole_ != nullptr) whole_->update(task, before_ + done, all_);
    }
    bool stop_requested() const override { return whole_ != nullptr && whole_->stop_requested(); }

private:
    Progress* whole_;
    double before_, all_;
};

/// Seconds of a time that is to be filled.
class TimeProgress : public Progress {
public:
    TimeProgress(Progress* whole, double seconds) : whole_(whole), seconds_(seconds) {}
    void update(std::string_view task, double, double) override {
        if (whole_ != nullptr) whole_->update(task, std::min(elapsed_s(), seconds_), seconds_);
    }
    bool stop_requested() const override { return whole_ != nullptr && whole_->stop_requested(); }
    double elapsed_s() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

private:
    Progress* whole_;
    double seconds_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

RobustMean mean_of(std::span<const StoredVisit> visits) {
    std::vector<double> values;
    values.reserve(visits.size());
    for (const auto& v : visits) values.push_back(v.value);
    return robust_mean(std::move(values));
}

/// Half-width over mean; infinite where nothing is known.
double relative_half_width(const RobustMean& mean, double level) {
    const Estimate e = interval(mean, level);
    return std::isnan(e.high) ? INFINITY : (e.high - e.low) / 2 / e.value;
}

double seconds_of(const StoredVisits& visits, std::span<const Architecture> archs) {
    double seconds = 0;
    for (const auto& a : archs) {
        if (const auto found = visits.find(a); found != visits.end()) {
            for (const auto& v : found->second) seconds += v.seconds;
        }
    }
    return seconds;
}

RepeatedLatency summary(const std::vector<StoredVisit>& visits, const RepeatPlan& plan,
                        bool by_cpu_time, double scale) {
    RepeatedLatency result;
    RobustMean mean = mean_of(visits);
    mean.value *= scale;
    mean.standard_error *= scale;
    result.ms = interval(mean, plan.level);
    result.standard_error = mean.standard_error;
    result.visits = static_cast<int>(visits.size());
    std::vector<NetworkVisit> timed;
    timed.reserve(visits.size());
    for (const auto& v : visits) timed.push_back({v.value, v.wall_ms, v.cpu_ms});
    result.doubts = doubts(timed, by_cpu_time);
    const double width = relative_half_width(mean, plan.level);
    if (plan.spread > 0 && width > plan.spread) {
        result.doubts.push_back(std::isinf(width)
                                    ? std::string("one visit, so no interval")
                                    : fmt::format("half-width {:.1f} %, {:.1f} % was asked for",
                                                  100 * width, 100 * plan.spread));
    }
    return result;
}

}  // namespace

bool enough(std::span<const StoredVisit> visits, const RepeatPlan& plan) {
    const std::size_t n = visits.size();
    if (n >= static_cast<std::size_t>(plan.visits)) return true;
    if (!(plan.spread > 0) || n < static_cast<std::size_t>(plan.least_visits)) return false;
    const auto kept_by = [&](std::size_t first) {
        return relative_half_width(mean_of(visits.first(first)), plan.level) <= plan.spread;
    };
    return kept_by(n) && kept_by((4 * n + 4) / 5);
}

std::vector<RepeatedLatency> measure_repeatedly(RememberedMetric& metric, const DesignSpace& space,
                                                std::span<const Architecture> archs,
                                                const RepeatPlan& plan, Progress* progress) {
    std::unordered_map<Architecture, std::string, ArchitectureHash> failures;
    StoredVisits visits = metric.visits(space);
    std::vector<Architecture> distinct;
    std::unordered_map<Architecture, bool, ArchitectureHash> seen;
    for (const auto& a : archs) {
        if (seen.emplace(a, true).second) distinct.push_back(a);
    }
    const double all = static_cast<double>(distinct.size()) * plan.visits;
    std::uint64_t round = 0;
    bool stopped = false;
    TimeProgress sustained(progress, plan.sustain_s);
    while (!stopped && sustained.elapsed_s() < plan.sustain_s) {
        std::vector<Architecture> wanted;
        for (const auto& a : distinct) {
            if (!failures.contains(a)) wanted.push_back(a);
        }
        if (wanted.empty()) break;
        Rng rng = Rng(plan.seed).fork(round++);
        shuffle(wanted, rng);
        const MetricColumn column = metric.evaluate_again(
            space, wanted, plan.sustain_s - sustained.elapsed_s(), &sustained);
        stopped = sustained.stop_requested();
        if (stopped || sustained.elapsed_s() >= plan.sustain_s) break;
        for (const auto& [i, reason] : column.failures) failures[wanted[i]] = reason;
    }
    if (plan.sustain_s > 0) visits = metric.visits(space);
    while (!stopped && !(plan.sustain_s > 0)) {
        std::vector<Architecture> wanted;
        double done = 0;
        for (const auto& a : distinct) {
            const auto& of = visits[a];
            done += static_cast<double>(of.size());
            if (!failures.contains(a) && !enough(of, plan)) wanted.push_back(a);
        }
        const double left_s = plan.budget_s - seconds_of(visits, distinct);
        if (wanted.empty() || (plan.budget_s > 0 && left_s <= 0)) break;
        Rng rng = Rng(plan.seed).fork(round++);
        shuffle(wanted, rng);
        RoundProgress part(progress, done, all);
        const MetricColumn column =
            metric.evaluate_again(space, wanted, plan.budget_s > 0 ? left_s : INFINITY, &part);
        for (const auto& [i, reason] : column.failures) failures[wanted[i]] = reason;
        stopped = part.stop_requested();
        visits = metric.visits(space);
    }

    std::vector<RepeatedLatency> results;
    results.reserve(archs.size());
    std::vector<double> scales(archs.size(), 1.0);
    metric.rescale(space, archs, scales);
    for (std::size_t i = 0; i < archs.size(); ++i) {
        const Architecture& a = archs[i];
        const auto& of = visits[a];
        results.push_back(summary(of, plan, metric.by_cpu_time(), scales[i]));
        if (!of.empty()) continue;
        const auto failed = failures.find(a);
        results.back().failure = failed != failures.end()
                                     ? failed->second
                                     : "not reached before the measuring was stopped";
    }
    return results;
}

std::vector<RepeatedLatency> recall_repeated(const Study& study, const RememberedMetric& metric,
                                             const DesignSpace& space,
                                             const std::string& context_key,
                                             std::span<const Architecture> archs,
                                             const RepeatPlan& plan) {
    struct Scale {
        double factor = 1;
        std::string doubt;
    };
    std::unordered_map<int, Scale> scales;
    const StoredVisits visits = study.visits(space, metric.info(), context_key);
    std::vector<RepeatedLatency> results;
    results.reserve(archs.size());
    for (const auto& a : archs) {
        const auto [at, fresh] = scales.try_emplace(a.resolution);
        if (fresh) {
            const auto known = study.reference_ms(space, metric.info(), context_key, a.resolution);
            const auto q =
                quality_of(study.sessions(space, metric.info(), context_key, a.resolution),
                           metric.by_cpu_time());
            if (known && q && q->reference_ms > 0) at->second.factor = q->reference_ms / *known;
            if (q && !q->trusted) at->second.doubt = q->reason;
        }
        const auto found = visits.find(a);
        if (found == visits.end()) {
            results.emplace_back().failure = "not measured in that context";
            continue;
        }
        results.push_back(summary(found->second, plan, metric.by_cpu_time(), at->second.factor));
        if (!at->second.doubt.empty()) results.back().doubts.push_back(at->second.doubt);
    }
    return results;
}

}  // namespace blockscope
