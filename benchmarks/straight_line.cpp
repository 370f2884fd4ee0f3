// Rates of the steps every profile takes. Too slow would be: less than 5 million architectures per
// second and core for sampling and counting, more than 10 ms for an exact profile with percentiles.
#include <benchmark/benchmark.h>

#include "blockscope/metric/count_metric.hpp"
#include "blockscope/network/cost.hpp"
#include "blockscope/profile/profile.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

const char* const spaces[] = {"ofa-mbv3", "proxylessnas", "resnet50"};

void sampling(benchmark::State& state) {
    const auto space = load_space(spaces[state.range(0)]);
    const Sampler sampler(space, 224);
    Rng rng(1);
    for (auto _ : state) benchmark::DoNotOptimize(sampler.draw(rng));
    state.SetItemsProcessed(state.iterations());
    state.SetLabel(space.name);
}
BENCHMARK(sampling)->DenseRange(0, 2);

void sampling_fixed(benchmark::State& state) {
    const auto space = load_space("ofa-mbv3");
    const Sampler sampler(space, 224);
    const Placement fixed{2, 3, 0, 8};
    const auto protocol = state.range(0) == 0 ? Protocol::definition : Protocol::published;
    Rng rng(1);
    for (auto _ : state) benchmark::DoNotOptimize(sampler.draw(rng, fixed, protocol));
    state.SetItemsProcessed(state.iterations());
    state.SetLabel(std::string(to_string(protocol)));
}
BENCHMARK(sampling_fixed)->DenseRange(0, 1);

void counting(benchmark::State& state) {
    const auto space = load_space(spaces[state.range(0)]);
    const LayerTable table = count_table(space, 224, Count::macs);
    const auto archs = sample(space, 100000, Rng(1), 224);
    std::vector<double> values(archs.size());
    for (auto _ : state) {
        table.evaluate(archs, values);
        benchmark::DoNotOptimize(values.data());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(archs.size()));
    state.SetLabel(space.name);
}
BENCHMARK(counting)->DenseRange(0, 2);

void lowering_and_counting(benchmark::State& state) {
    const auto space = load_space(spaces[state.range(0)]);
    const auto archs = sample(space, 1000, Rng(1), 224);
    std::size_t i = 0;
    for (auto _ : state) benchmark::DoNotOptimize(cost(lower(space, archs[i++ % archs.size()])));
    state.SetItemsProcessed(state.iterations());
    state.SetLabel(space.name);
}
BENCHMARK(lowering_and_counting)->DenseRange(0, 2);

void table_compilation(benchmark::State& state) {
    const auto space = load_space(spaces[state.range(0)]);
    for (auto _ : state) benchmark::DoNotOptimize(count_table(space, 224, Count::macs));
    state.SetLabel(space.name);
}
BENCHMARK(table_compilation)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);

void exact_with_percentiles(benchmark::State& state) {
    const auto space = load_space(spaces[state.range(0)]);
    const LayerTable table = count_table(space, 224, Count::macs);
    const auto metric = make_count_metric("macs");
    for (auto _ : state) {
        benchmark::DoNotOptimize(exact_profile(space, table, metric->info(), 224, {}));
    }
    state.SetLabel(space.name);
}
BENCHMARK(exact_with_percentiles)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);

void exact_means_only(benchmark::State& state) {
    const auto space = load_space("ofa-mbv3");
    const LayerTable table = count_table(space, 224, Count::macs);
    const auto metric = make_count_metric("macs");
    ProfileOptions options;
    options.percentiles = {};
    for (auto _ : state) {
        benchmark::DoNotOptimize(exact_profile(space, table, metric->info(), 224, options));
    }
}
BENCHMARK(exact_means_only)->Unit(benchmark::kMillisecond);

// Too slow would be more than 5 s for the five columns on two free cores.
void pooled_million_by_five(benchmark::State& state) {
    const auto space = load_space("ofa-mbv3");
    const auto metric = make_count_metric("macs");
    const auto archs = sample(space, 1000000, Rng(1), 224, 0);
    const auto macs = metric->evaluate(space, archs).values;
    std::vector<std::vector<double>> columns;
    for (std::uint64_t c = 0; c < 5; ++c) {  // noise between 1 and 5 %
        Rng rng(c);
        auto& values = columns.emplace_back(macs);
        const double noise = 0.02 * static_cast<double>(c + 1);
        for (double& v : values) v *= 1 + noise * (rng.uniform() - 0.5);
    }
    ProfileOptions options;
    options.threads = 0;
    for (auto _ : state) {
        for (const auto& values : columns) {
            benchmark::DoNotOptimize(
                pooled_profile(space, {archs, values}, metric->info(), {224}, options));
        }
    }
}
BENCHMARK(pooled_million_by_five)->Unit(benchmark::kSecond)->Iterations(1)->UseRealTime();

}  // namespace
}  // namespace blockscope
