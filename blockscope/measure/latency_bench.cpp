#include "blockscope/measure/latency_bench.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <limits>
#include <numeric>
#include <optional>

#include "blockscope/base/error.hpp"
#include "blockscope/base/random.hpp"
#include "blockscope/measure/median.hpp"

namespace blockscope {
namespace {

using Clock = std::chrono::steady_clock;

double thread_cpu_ms() {
    timespec t{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return 1e3 * static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_nsec);
}

double ms_between(Clock::time_point a, Clock::time_point b) {
    return std::chrono::duration<double, std::milli>(b - a).count();
}

struct Timing {
    double wall_ms = 0;
    double cpu_ms = 0;
};

Timing timed_run(PreparedNetwork& network) {
    const auto start = Clock::now();
    const double cpu = thread_cpu_ms();
    network.run();
    return {ms_between(start, Clock::now()), thread_cpu_ms() - cpu};
}

/// Seeded noise as the image: all zeros would let a kernel take short cuts.
void fill(std::span<float> input, std::uint64_t seed) {
    Rng rng(seed);
    for (float& v : input) v = static_cast<float>(2 * rng.uniform() - 1);
}

}  // namespace

Architecture reference_architecture(const DesignSpace& space, int resolution) {
    const auto middle = [](std::uint64_t bits) {
        const auto list = allowed(bits);
        return static_cast<std::uint8_t>(list[list.size() / 2]);
    };
    Architecture a;
    a.resolution = static_cast<std::uint16_t>(resolution);
    for (std::size_t i = 0; i < space.stem_choices.size(); ++i) {
        a.stem[i] = middle(space.stem_choices[i].allowed);
    }
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        const Unit& unit = space.units[u];
        a.depth[u] = middle(unit.depths);
        a.width[u] = middle(unit.widths);
        for (int l = 0; l < a.depth[u]; ++l) a.block[unit.first_slot + l] = middle(unit.blocks[l]);
    }
    return a;
}

LatencyEngine::LatencyEngine(const LatencyOptions& options)
    : engine(make_engine(options.engine, options.run)),
      pool(options.seed),
      reference_pool(options.seed + 1) {}

struct LatencyBench::Impl {
    DesignSpace space;
    LatencyOptions options;
    std::shared_ptr<LatencyEngine> shared;
    std::unique_ptr<PreparedNetwork> reference;
    Rng order;
    Clock::time_point start = Clock::now();
    std::vector<LatencySample> references;  // runs of the reference network, in order of time
    std::size_t references_reported = 0;    // of them, those that a result has handed out
    std::vector<LatencySample> runs;        // of candidates
    double scale_ms = 0;
    std::size_t networks = 0;
    Preparation preparation;

    Impl(DesignSpace s, int resolution, LatencyOptions o, std::shared_ptr<LatencyEngine> with)
        : space(std::move(s)),
          options(std::move(o)),
          shared(with ? std::move(with) : std::make_shared<LatencyEngine>(options)),
          order(options.seed) {
        const NetworkGraph graph = lower(space, reference_architecture(space, resolution));
        reference = shared->engine->prepare(graph, shared->reference_pool.of(graph));
        for (int i = 0; i < 5; ++i) reference->run();  // compiles, touches memory, wakes the clock
        for (int i = 0; i < 7; ++i) visit_reference();
        std::vector<double> first;
        first.reserve(references.size());
        for (const auto& r : references) first.push_back(time_of({r.wall_ms, r.cpu_ms}));
        scale_ms = options.reference_ms > 0 ? options.reference_ms : median(first);
    }

    bool by_cpu_time() const { return options.run.threads == 1; }
    double time_of(const Timing& t) const { return by_cpu_time() ? t.cpu_ms : t.wall_ms; }
    double elapsed() const { return 1e-3 * ms_between(start, Clock::now()); }

    void visit_reference() {
        fill(reference->input(), options.seed);
        reference->run();
        for (int i = 0; i < 2; ++i) {
            const Timing t = timed_run(*reference);
            references.push_back({0, elapsed(), t.wall_ms, t.cpu_ms, i, true});
        }
    }

    Timing visit(const Architecture& a) {
        const auto before = Clock::now();
        const NetworkGraph graph = lower(space, a);
        const auto network = shared->engine->prepare(graph, shared->pool.of(graph));
        const double preparing_ms = ms_between(before, Clock::now());
        fill(network->input(), options.seed);
        constexpr double nothing_new_ms = 1.5;  // seen: 0.3 to 1 ms when every layer was known
        if (preparing_ms > nothing_new_ms) network->run();
        preparation.ms += ms_between(before, Clock::now());
        ++preparation.visits;
        return timed_run(*network);
    }
};

LatencyBench::LatencyBench(const DesignSpace& space, int resolution, const LatencyOptions& options,
                           std::shared_ptr<LatencyEngine> shared)
    : impl_(std::make_unique<Impl>(space, resolution, options, std::move(shared))) {}

LatencyBench::~LatencyBench() = default;

LatencyResult LatencyBench::measure(std::span<const Architecture> archs, int visits,
                                    Progress* progress) {
    Impl& bench = *impl_;
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
            if (bench.elapsed() - bench.references.back().at_s >=
                bench.options.reference_interval_s) {
                bench.visit_reference();
            }
            try {
                const Timing t = bench.visit(archs[i]);
                result.samples.push_back({i, bench.elapsed(), t.wall_ms, t.cpu_ms, round, false});
                reasons[i].clear();
            } catch (const Error& e) {
                reasons[i] = e.what();
            }
        }
    }
    bench.visit_reference();
    bench.networks += archs.size();

    std::vector<std::vector<double>> corrected(archs.size());
    for (const auto& s : result.samples) {
        const double here = smoothed_reference(bench.references, s.at_s, bench.options.smoothing_s,
                                               bench.by_cpu_time());
        corrected[s.network].push_back(bench.time_of({s.wall_ms, s.cpu_ms}) * bench.scale_ms /
                                       here);
    }
    bench.runs.insert(bench.runs.end(), result.samples.begin(), result.samples.end());
    result.samples.insert(
        result.samples.end(),
        bench.references.begin() + static_cast<std::ptrdiff_t>(bench.references_reported),
        bench.references.end());
    bench.references_reported = bench.references.size();
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

LatencyBench::Preparation LatencyBench::preparation() const { return impl_->preparation; }

double LatencyBench::reference_ms() const { return impl_->scale_ms; }

MeasuringQuality LatencyBench::quality() const {
    const Impl& bench = *impl_;
    std::vector<LatencySample> all = bench.references;
    all.insert(all.end(), bench.runs.begin(), bench.runs.end());
    MeasuringQuality q = measuring_quality({{all}}, bench.by_cpu_time(), bench.options.smoothing_s);
    q.networks = bench.networks;
    q.seconds = bench.elapsed();
    q.reference_ms = bench.scale_ms;
    return q;
}

}  // namespace blockscope
