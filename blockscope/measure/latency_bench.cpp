#include "blockscope/measure/latency_bench.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "blockscope/base/error.hpp"
#include "blockscope/base/random.hpp"
#include "blockscope/measure/median.hpp"

namespace blockscope {

struct LatencyBench::Impl {
    DesignSpace space;
    LatencyOptions options;
    std::shared_ptr<LatencyEngine> engine;
    ReferenceRuns reference;
    Rng order;
    bool warm_up_reported = false;
    std::size_t references_reported = 0;  // of the reference's runs, those that a result has
    std::vector<LatencySample> runs;      // of candidates
    std::size_t networks = 0;

    Impl(DesignSpace s, int resolution, LatencyOptions o, std::shared_ptr<LatencyEngine> shared)
        : space(std::move(s)),
          options(std::move(o)),
          engine(shared ? std::move(shared) : std::make_shared<LatencyEngine>(options)),
          reference(*engine, space, resolution, options),
          order(options.seed) {}

    /// Runs of the reference network that no result has handed out yet.
    std::vector<LatencySample> new_references() {
        std::vector<LatencySample> list;
        if (!std::exchange(warm_up_reported, true)) {
            list.assign(reference.warm_up().begin(), reference.warm_up().end());
        }
        const auto all = reference.runs();
        const auto first = std::exchange(references_reported, all.size());
        list.insert(list.end(), all.begin() + static_cast<std::ptrdiff_t>(first), all.end());
        return list;
    }
};

LatencyBench::LatencyBench(const DesignSpace& space, int resolution, const LatencyOptions& options,
                           std::shared_ptr<LatencyEngine> shared) {
    const KeptOnCores here(options.affinity, options.run.threads > 1);
    impl_ = std::make_unique<Impl>(space, resolution, options, std::move(shared));
}

LatencyBench::~LatencyBench() = default;

LatencyResult LatencyBench::measure(std::span<const Architecture> archs, int visits,
                                    Progress* progress) {
    Impl& bench = *impl_;
    const KeptOnCores here(bench.options.affinity, bench.options.run.threads > 1);
    ReferenceRuns& reference = bench.reference;
    LatencyResult result;
    result.latency_ms.assign(archs.size(), std::numeric_limits<double>::quiet_NaN());
    std::vector<std::string> reasons(archs.size(), "not reached before the measuring was stopped");
    std::vector<std::size_t> order(archs.size());
    std::iota(order.begin(), order.end(), 0);
    visits = std::max(1, visits);
    bool stopped = false;
    std::size_t done = 0;
    for (int round = 0; round < visits && !stopped; ++round) {
        shuffle(order, bench.order);
        for (const std::size_t i : order) {
            if (progress != nullptr) {
                stopped = progress->stop_requested();
                if (stopped) break;
                progress->update("measuring", static_cast<double>(done++),
                                 static_cast<double>(archs.size()) * visits);
            }
            reference.visit_if_due();
            try {
                const auto network = bench.engine->ready(bench.space, archs[i]);
                const Timing t = timed_run(*network, reference.runs_in_a_row());
                const double at_s = reference.elapsed_s();
                result.samples.push_back({i, at_s, t.wall_ms, t.cpu_ms, round, false});
                reasons[i].clear();
            } catch (const Error& e) {
                reasons[i] = e.what();
            }
        }
    }
    reference.visit();
    bench.networks += archs.size();

    std::vector<std::vector<double>> corrected(archs.size());
    for (const auto& s : result.samples) {
        corrected[s.network].push_back(reference.corrected({s.wall_ms, s.cpu_ms}, s.at_s));
    }
    bench.runs.insert(bench.runs.end(), result.samples.begin(), result.samples.end());
    const auto references = bench.new_references();
    result.samples.insert(result.samples.end(), references.begin(), references.end());
    if (visits > 1) result.spread_ms.assign(archs.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < archs.size(); ++i) {
        if (!reasons[i].empty() || corrected[i].empty()) {
            result.failures.emplace_back(i, reasons[i]);
            continue;
        }
        const auto& times = corrected[i];
        result.latency_ms[i] = median(times);
        if (times.size() < 2) continue;
        const auto n = static_cast<double>(times.size());
        const double mean = std::accumulate(times.begin(), times.end(), 0.0) / n;
        double squares = 0;
        for (const double t : times) squares += (t - mean) * (t - mean);
        result.spread_ms[i] = std::sqrt(squares / (n - 1) / n);
    }
    return result;
}

int LatencyBench::runs_in_a_row() const { return impl_->reference.runs_in_a_row(); }

double LatencyBench::reference_ms() const { return impl_->reference.scale_ms(); }

MeasuringQuality LatencyBench::quality() const {
    const ReferenceRuns& reference = impl_->reference;
    std::vector<LatencySample> all(reference.warm_up().begin(), reference.warm_up().end());
    all.insert(all.end(), reference.runs().begin(), reference.runs().end());
    all.insert(all.end(), impl_->runs.begin(), impl_->runs.end());
    MeasuringQuality q =
        measuring_quality({{all}}, reference.by_cpu_time(), impl_->options.smoothing_s);
    q.networks = impl_->networks;
    q.seconds = reference.elapsed_s();
    q.reference_ms = reference.scale_ms();
    return q;
}

}  // namespace blockscope
