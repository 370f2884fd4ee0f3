// What searches rest on. Too slow would be: 20 ms for the hypervolume of 2,048 points in three
// objectives, 60 ms for 1,024 in five, 10 us of search for an architecture beyond its metrics.
#include "blockscope/search/search.hpp"

#include <cmath>

#include <benchmark/benchmark.h>

#include "blockscope/base/random.hpp"
#include "blockscope/metric/count_metric.hpp"
#include "blockscope/search/dominance.hpp"
#include "blockscope/search/hypervolume.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

/// Points of the sphere around (1, ..), towards 0: none dominates another.
/// hollow: of the sphere around 0 instead, which is away from the reference.
Costs sphere(std::size_t n, std::size_t dimensions, bool hollow) {
    Rng rng(1);
    Costs costs{dimensions, {}};
    for (std::size_t i = 0; i < n; ++i) {
        std::vector<double> point;
        double squares = 0;
        for (std::size_t k = 0; k < dimensions; ++k) {
            const double angle = 2 * 3.141592653589793 * rng.uniform();
            point.push_back(
                std::abs(std::sqrt(-2 * std::log(1 - rng.uniform())) * std::cos(angle)));
            squares += point.back() * point.back();
        }
        for (const double v : point) {
            const double x = v / std::sqrt(squares);
            costs.values.push_back(hollow ? x : 1 - x);
        }
    }
    return costs;
}

/// Arguments: points, objectives, hollow.
void hypervolume_of(benchmark::State& state) {
    const auto dimensions = static_cast<std::size_t>(state.range(1));
    const auto costs =
        sphere(static_cast<std::size_t>(state.range(0)), dimensions, state.range(2) != 0);
    const std::vector<double> reference(dimensions, 1.1);
    for (auto _ : state) benchmark::DoNotOptimize(hypervolume(costs, reference));
}
BENCHMARK(hypervolume_of)
    ->ArgsProduct({{2048}, {2, 3}, {0, 1}})
    ->ArgsProduct({{1024}, {4, 5, 6}, {0, 1}})
    ->Unit(benchmark::kMillisecond);

void contributions_of(benchmark::State& state) {
    const auto dimensions = static_cast<std::size_t>(state.range(1));
    const auto costs = sphere(static_cast<std::size_t>(state.range(0)), dimensions, false);
    const std::vector<double> reference(dimensions, 1.1);
    for (auto _ : state) benchmark::DoNotOptimize(contributions(costs, reference));
}
BENCHMARK(contributions_of)->ArgsProduct({{1024}, {2, 3, 4, 5}})->Unit(benchmark::kMillisecond);

/// Points in a cube, most of them dominated.
void ranks_of(benchmark::State& state) {
    Rng rng(1);
    Costs costs{static_cast<std::size_t>(state.range(1)), {}};
    costs.values.resize(static_cast<std::size_t>(state.range(0)) * costs.dimensions);
    for (auto& v : costs.values) v = rng.uniform();
    for (auto _ : state) benchmark::DoNotOptimize(ranks(costs));
}
BENCHMARK(ranks_of)
    ->ArgsProduct({{100000}, {2}})
    ->ArgsProduct({{2000}, {3, 5}})
    ->Unit(benchmark::kMillisecond);

/// A whole search as the paper ran it, of counts, which take 0.1 us for an architecture: the rest
/// is the search's own. Argument: algorithm.
void searching(benchmark::State& state) {
    const auto space = load_space("ofa-mbv3");
    const auto macs = make_count_metric("macs");
    const auto params = make_count_metric("params");
    const Problem problem{
        space, {224}, {macs.get(), params.get()}, {{0, Direction::larger_is_better}, {1}}, {}};
    SearchOptions options;
    options.algorithm = static_cast<Algorithm>(state.range(0));
    std::size_t asked = 0;
    for (auto _ : state) asked += search(problem, options).asked;
    state.counters["per_architecture"] = benchmark::Counter(
        static_cast<double>(asked), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.SetLabel(std::string(to_string(options.algorithm)));
}
BENCHMARK(searching)->Arg(0)->Arg(2)->Arg(3)->Arg(5)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace blockscope
