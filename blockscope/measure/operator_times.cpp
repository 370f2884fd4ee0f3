#include "blockscope/measure/operator_times.hpp"

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/random.hpp"
#include "blockscope/measure/median.hpp"
#include "blockscope/measure/reference_runs.hpp"
#include "blockscope/runtime/fma_peak.hpp"

namespace blockscope {
namespace {

class OperatorBench {
public:
    OperatorBench(const DesignSpace& space, std::span<const Architecture> archs,
                  const LatencyOptions& options)
        : space_(space),
          archs_(archs),
          engine_(options),
          reference_(engine_, space, archs.front().resolution, options),
          looks_ms_(64) {
        times_.networks.resize(archs.size());
        times_.look_us = 1e3 * clock_step_ms(reference_.by_cpu_time());
    }

    OperatorTimes measure(int visits, double budget_s, Progress* progress);

private:
    struct Visit {
        std::size_t network = 0;
        bool by_steps = false;
    };
    struct Raw {
        double at_s = 0;
        std::vector<double> ms;
    };

    double now_ms() const {
        return reference_.by_cpu_time() ? thread_cpu_ms() : ms_between({}, Clock::now());
    }
    void visit(const Visit& v);
    OperatorTimes corrected();

    const DesignSpace& space_;
    std::span<const Architecture> archs_;
    LatencyEngine engine_;
    ReferenceRuns reference_;
    std::vector<double> looks_ms_;
    std::vector<double> peaks_;
    std::vector<LatencySample> whole_;           ///< runs without looks at the clock
    std::vector<std::vector<Raw>> step_visits_;  ///< [network]
    OperatorTimes times_;
};

void OperatorBench::visit(const Visit& v) {
    TimedOperators& of = times_.networks[v.network];
    const auto network = engine_.ready(space_, archs_[v.network]);
    if (of.steps.empty()) {
        of.network = lower(space_, archs_[v.network]);
        of.steps = network->steps();
        if (of.steps.empty()) {
            throw Error(fmt::format(
                "engine '{}' does not show the steps of a run; 'onednn' and 'xnnpack' do",
                engine_.options.engine));
        }
    }
    if (!v.by_steps) {
        const Timing t = timed_run(*network, reference_.runs_in_a_row());
        whole_.push_back({v.network, reference_.elapsed_s(), t.wall_ms, t.cpu_ms, 0, false});
        return;
    }
    looks_ms_.clear();
    looks_ms_.reserve(of.steps.size() + 1);
    network->run_marked([this] { looks_ms_.push_back(now_ms()); });
    Raw raw{reference_.elapsed_s(), {}};
    for (std::size_t s = 0; s < of.steps.size(); ++s) {
        raw.ms.push_back(looks_ms_[s + 1] - looks_ms_[s] - 1e-3 * times_.look_us);
    }
    step_visits_[v.network].push_back(std::move(raw));
}

OperatorTimes OperatorBench::measure(int visits, double budget_s, Progress* progress) {
    step_visits_.resize(archs_.size());
    std::vector<Visit> order;
    for (std::size_t i = 0; i < archs_.size(); ++i) {
        order.push_back({i, false});
        order.push_back({i, true});
    }
    Rng rng(engine_.options.seed);
    bool stopped = false;
    for (int round = 0; round < visits && !stopped; ++round) {
        if (round > 0 && budget_s > 0 && reference_.elapsed_s() >= budget_s) break;
        shuffle(order, rng);
        peaks_.push_back(fma_peak_gflops(engine_.options.run.threads));
        for (std::size_t k = 0; k < order.size() && !stopped; ++k) {
            if (progress != nullptr) {
                progress->update("timing operators",
                                 static_cast<double>(order.size()) * round + static_cast<double>(k),
                                 static_cast<double>(order.size()) * visits);
                stopped = progress->stop_requested();
            }
            TimedOperators& of = times_.networks[order[k].network];
            if (stopped || !of.failure.empty()) continue;
            reference_.visit_if_due();
            try {
                visit(order[k]);
            } catch (const Error& e) {
                if (e.fault() != Fault::runtime) throw;
                of.failure = e.what();
            }
        }
    }
    reference_.visit();
    return corrected();
}

OperatorTimes OperatorBench::corrected() {
    for (std::size_t i = 0; i < archs_.size(); ++i) {
        TimedOperators& of = times_.networks[i];
        for (Raw& raw : step_visits_[i]) {
            const double factor = reference_.corrected({1, 1}, raw.at_s);
            for (double& ms : raw.ms) ms *= factor;
            of.step_ms.push_back(std::move(raw.ms));
        }
        if (of.step_ms.empty() && of.failure.empty()) of.failure = "not reached before the stop";
    }
    for (const auto& w : whole_) {
        times_.networks[w.network].whole_ms.push_back(
            reference_.corrected({w.wall_ms, w.cpu_ms}, w.at_s));
    }
    std::vector<LatencySample> all(reference_.warm_up().begin(), reference_.warm_up().end());
    all.insert(all.end(), reference_.runs().begin(), reference_.runs().end());
    all.insert(all.end(), whole_.begin(), whole_.end());
    times_.quality =
        measuring_quality({{all}}, reference_.by_cpu_time(), engine_.options.smoothing_s);
    times_.quality.networks = archs_.size();
    times_.quality.seconds = reference_.elapsed_s();
    times_.quality.reference_ms = reference_.scale_ms();
    times_.peak_gflops = median(peaks_);
    return std::move(times_);
}

}  // namespace

OperatorTimes time_operators(const DesignSpace& space, std::span<const Architecture> archs,
                             const LatencyOptions& options, int visits, double budget_s,
                             Progress* progress) {
    if (archs.empty()) return {};
    const KeptOnCores here(options.affinity, options.run.threads > 1);
    return OperatorBench(space, archs, options).measure(visits, budget_s, progress);
}

}  // namespace blockscope
