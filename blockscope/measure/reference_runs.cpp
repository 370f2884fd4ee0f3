#include "blockscope/measure/reference_runs.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "blockscope/measure/median.hpp"
#include "blockscope/measure/warm_up.hpp"

namespace blockscope {

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

ReferenceRuns::ReferenceRuns(LatencyEngine& engine, const DesignSpace& space, int resolution,
                             LatencyOptions options)
    : options_(std::move(options)) {
    const NetworkGraph graph = lower(space, reference_architecture(space, resolution));
    network_ = engine.engine->prepare(graph, engine.reference_pool.of(graph));
    fill_with_noise(network_->input(), options_.seed);
    network_->run();
    runs_in_a_row_ = needed_in_a_row();
    constexpr std::size_t first_look = 12;
    constexpr std::size_t most_runs = 96;
    constexpr double most_s = 3;
    for (std::size_t look = first_look; look <= most_runs; look *= 2) {
        while (warm_up_.size() < look) warm_up_.push_back(timed(-1));
        if (warm_up_of(warm_up_, by_cpu_time()).settled || elapsed_s() > most_s) break;
    }
    for (int i = 0; i < 7; ++i) visit();
    std::vector<double> first;
    first.reserve(runs_.size());
    for (const auto& r : runs_) first.push_back(time_of({r.wall_ms, r.cpu_ms}));
    scale_ms_ = options_.reference_ms > 0 ? options_.reference_ms : median(first);
}

int ReferenceRuns::needed_in_a_row() const {
    constexpr double least_steps = 2000;
    double fastest_ms = INFINITY;  // of a few: one may have been preempted
    for (int i = 0; i < 3; ++i) fastest_ms = std::min(fastest_ms, timed_run(*network_).wall_ms);
    const double runs = least_steps * clock_step_ms(by_cpu_time()) / fastest_ms;
    return static_cast<int>(std::clamp(std::ceil(runs), 1.0, 1000.0));
}

LatencySample ReferenceRuns::timed(int number) {
    const Timing t = timed_run(*network_, runs_in_a_row_);
    return {0, elapsed_s(), t.wall_ms, t.cpu_ms, number, true};
}

void ReferenceRuns::visit() {
    fill_with_noise(network_->input(), options_.seed);
    network_->run();
    for (int i = 0; i < 2; ++i) runs_.push_back(timed(i));
}

void ReferenceRuns::visit_if_due() {
    if (elapsed_s() - runs_.back().at_s >= options_.reference_interval_s) visit();
}

double ReferenceRuns::corrected(const Timing& t, double at_s) const {
    const double here = smoothed_reference(runs_, at_s, options_.smoothing_s, by_cpu_time());
    return time_of(t) * scale_ms_ / here;
}

}  // namespace blockscope
