// Which kernel is unfriendly to an engine? The same random networks on two engines of this machine,
// turn by turn, and what kernels cost on either beyond what their counts explain.
//
//     example_04_two_engines [SECONDS]        of both together; default 4, 120 for real intervals
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "blockscope/base/text.hpp"
#include "blockscope/insight/count_excess.hpp"
#include "blockscope/metric/measured.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/profile/profile.hpp"
#include "blockscope/runtime/engine.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

using namespace blockscope;

namespace {

constexpr int resolution = 224;
constexpr std::uint64_t seed = 1;

struct EngineRun {
    std::unique_ptr<Metric> metric;
    std::vector<double> latencies_ms;
};

/// "+1.23 (+1.10 to +1.36) %", of the mean.
std::string per_cent(const Estimate& e, double mean) {
    if (std::isnan(e.low)) return "not known (too few networks)";
    const auto number = [&](double value) {
        return (value < 0 ? "" : "+") + significant(100 * value / mean, 3);
    };
    return number(e.value) + " (" + number(e.low) + " to " + number(e.high) + ") %";
}

/// Mean over all placements of a kernel, minus the mean over all networks.
Estimate response(const DesignSpace& space, const OptionEffects& effects, double kernel) {
    std::vector<Placement> all;
    for (const Placement& p : placements(space)) {
        if (space.blocks[static_cast<std::size_t>(p.block)].kernel == kernel) all.push_back(p);
    }
    return effects.mean(all);
}

void show(const DesignSpace& space, const std::vector<Architecture>& archs, EngineRun& run) {
    const Profile profile = pooled_profile(space, {archs, run.latencies_ms}, run.metric->info(),
                                           {resolution}, ProfileOptions{});
    const double mean = profile.base.value;
    const OptionEffects effects(space, &profile);
    std::cout << run.metric->info().source << ": " << archs.size() << " networks, mean "
              << significant(mean) << " ms (" << significant(profile.base.low) << " to "
              << significant(profile.base.high) << ")\n";
    for (const double kernel : axis_values(space, Axis::kernel)) {
        std::cout << "  kernel " << kernel
                  << ", response minus mean: " << per_cent(response(space, effects, kernel), mean)
                  << "\n";
    }
    for (const CountExcess& step : count_excesses(space, profile)) {
        if (step.axis != Axis::kernel) continue;
        std::cout << "  kernel " << step.second << " to " << step.third << ": "
                  << per_cent(step.step, mean) << ", in excess of what counts explain "
                  << per_cent(step.excess, mean) << ": kernel " << step.third
                  << (step.unfriendly ? " is UNFRIENDLY" : " is not known to be unfriendly")
                  << "\n";
    }
}

}  // namespace

int main(int argc, char** argv) {
    const double seconds = argc > 1 ? std::atof(argv[1]) : 4;
    const DesignSpace space = load_space("ofa-mbv3");
    std::vector<EngineRun> runs;
    for (const auto& engine : engine_reports()) {
        if (engine.name != "onednn" && engine.name != "xnnpack") continue;
        if (!engine.available) {
            std::cout << engine.name << " is not here: " << engine.reason << "\n";
            continue;
        }
        runs.push_back({make_metric("latency/host:engine=" + engine.name, space, seed), {}});
        runs.back().metric->measured()->set_visits(1);
    }
    std::vector<Architecture> archs;
    const auto start = std::chrono::steady_clock::now();
    const auto elapsed_s = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    constexpr std::size_t batch = 20;  // the least that a profile takes
    for (std::uint64_t round = 0; round == 0 || elapsed_s() < seconds; ++round) {
        const auto fresh = sample(space, batch, Rng(seed).fork(round), resolution);
        archs.insert(archs.end(), fresh.begin(), fresh.end());
        for (auto& run : runs) {
            const auto column = run.metric->evaluate(space, fresh);
            run.latencies_ms.insert(run.latencies_ms.end(), column.values.begin(),
                                    column.values.end());
        }
    }
    std::cout << space.name << " at " << resolution << ", one thread, CPU time, in % of the mean "
              << "latency; 95 % intervals that hold for all placements at once; seed " << seed
              << "\n";
    for (auto& run : runs) show(space, archs, run);
    return 0;
}
