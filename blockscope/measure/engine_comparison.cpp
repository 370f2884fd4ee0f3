#include "blockscope/measure/engine_comparison.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/random.hpp"
#include "blockscope/measure/median.hpp"
#include "blockscope/measure/robust_mean.hpp"
#include "blockscope/measure/timing.hpp"
#include "blockscope/network/cost.hpp"
#include "blockscope/runtime/fma_peak.hpp"
#include "blockscope/space/sampling.hpp"

namespace blockscope {
namespace {

/// An engine with the network ready on it, and its times round by round.
struct Contestant {
    std::size_t place = 0;  ///< in the comparison
    std::unique_ptr<LatencyEngine> engine;
    std::unique_ptr<PreparedNetwork> network;
    std::vector<double> ms;
};

double run_ms(PreparedNetwork& network, bool by_cpu_time) {
    network.run();
    const Timing t = timed_run(network);
    return by_cpu_time ? t.cpu_ms : t.wall_ms;
}

}  // namespace

Architecture median_network(const DesignSpace& space, int resolution, std::uint64_t seed) {
    auto archs = sample(space, 1001, Rng(seed), resolution);
    const LayerTable macs = count_table(space, resolution, Count::macs);
    const auto middle = archs.begin() + static_cast<std::ptrdiff_t>(archs.size() / 2);
    std::nth_element(archs.begin(), middle, archs.end(),
                     [&](const Architecture& a, const Architecture& b) {
                         return macs.value(a) < macs.value(b);
                     });
    return *middle;
}

EngineComparison compare_engines(const DesignSpace& space, const Architecture& network,
                                 const LatencyOptions& options, int rounds, double level,
                                 Progress* progress) {
    const KeptOnCores here(options.affinity, options.run.threads > 1);
    const bool by_cpu_time = options.run.threads == 1;
    EngineComparison result;
    result.network = network;
    result.macs = options.run.batch * static_cast<double>(cost(lower(space, network)).macs);
    std::vector<Contestant> contestants;
    for (const auto& report : engine_reports()) {
        EngineShare& share = result.engines.emplace_back();
        share.engine = report;
        if (!report.available) continue;
        try {
            LatencyOptions with = options;
            with.engine = report.name;
            Contestant c{result.engines.size() - 1, std::make_unique<LatencyEngine>(with), {}, {}};
            c.network = c.engine->ready(space, network);
            for (int i = 0; i < 3; ++i) c.network->run();
            contestants.push_back(std::move(c));
        } catch (const Error& e) {
            share.failure = e.what();
        }
    }
    std::vector<double> peaks;
    std::vector<std::size_t> order(contestants.size());
    std::iota(order.begin(), order.end(), 0);
    Rng rng(options.seed);
    for (int round = 0; round < rounds; ++round) {
        if (progress != nullptr) {
            progress->update("comparing engines", round, rounds);
            if (progress->stop_requested()) break;
        }
        shuffle(order, rng);
        for (const std::size_t i : order) {
            contestants[i].ms.push_back(run_ms(*contestants[i].network, by_cpu_time));
        }
        peaks.push_back(fma_peak_gflops(options.run.threads));
    }
    result.peak_gflops = median(peaks);
    const std::string usual = LatencyOptions().engine;
    const auto is_default = [&](const Contestant& c) {
        return result.engines[c.place].engine.name == usual;
    };
    const auto base = std::find_if(contestants.begin(), contestants.end(), is_default);
    for (const Contestant& c : contestants) {
        EngineShare& share = result.engines[c.place];
        share.ms = interval(robust_mean(c.ms), level);
        share.gflop_per_s = 2e-6 * result.macs / share.ms.value;
        share.peak_share = share.gflop_per_s / result.peak_gflops;
        if (base == contestants.end()) continue;
        std::vector<double> ratios;
        for (std::size_t r = 0; r < c.ms.size(); ++r) ratios.push_back(c.ms[r] / base->ms[r]);
        share.of_default = interval(robust_mean(std::move(ratios)), level);
    }
    return result;
}

std::string verdict_on_default(const EngineComparison& comparison) {
    constexpr double margin = 1.15;
    const EngineShare* fastest = nullptr;
    for (const auto& share : comparison.engines) {
        if (!(share.of_default.value > 0)) continue;
        if (fastest == nullptr || share.of_default.value < fastest->of_default.value) {
            fastest = &share;
        }
    }
    const std::string usual = LatencyOptions().engine;
    if (fastest == nullptr) return "no engine ran";
    if (fastest->engine.name == usual) return fmt::format("the default, {}, is the fastest", usual);
    const Estimate& e = fastest->of_default;
    // how many times the fastest engine's time the default takes
    const Estimate slower{1 / e.value, 1 / e.high, 1 / e.low};
    const std::string numbers =
        fmt::format("{:+.0f} % ({:+.0f} to {:+.0f})", 100 * (slower.value - 1),
                    100 * (slower.low - 1), 100 * (slower.high - 1));
    if (slower.high <= margin) {
        return fmt::format("the default, {}, takes {} of {}'s time, within 15 %", usual, numbers,
                           fastest->engine.name);
    }
    return fmt::format(
        "the default, {}, takes {} of {}'s time{}", usual, numbers, fastest->engine.name,
        slower.low > margin
            ? ": MORE THAN 15 %; engine=" + fastest->engine.name + " uses this processor better"
            : ": whether more than 15 % is not known");
}

}  // namespace blockscope
