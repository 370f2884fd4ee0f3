// Rates of the predictors with random weights in the published shapes, on one thread and on two:
// `items_per_second` by the clock on the wall, `per_core_second` by the time of the processor,
// which neighbours do not change. share_of_peak: of the multiply-adds a core does in registers,
// measured by turns. Too slow would be a share below one half in `dense` and in `mlp`, and on two
// free cores less than 150,000 architectures a second for the MLP, 30,000 for the chain graph
// network, 3,000 for the GRU.
#include <benchmark/benchmark.h>

#include "blockscope/model/chain_network.hpp"
#include "blockscope/model/dense.hpp"
#include "blockscope/model/gru.hpp"
#include "blockscope/model/mlp.hpp"
#include "blockscope/model/shipped_models.hpp"
#include "blockscope/runtime/fma_peak.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

#include "tests/model/random_models.hpp"

namespace blockscope {
namespace {

/// Of all threads of this process: what a neighbour takes away does not count.
double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Multiply-adds a second and core, in bursts by turns with what is compared with it: a shared
/// machine's clock changes.
class Peak {
public:
    void measure() {
        const double start = cpu_seconds();
        for (int i = 0; i < 20; ++i) multiply_adds_ += fma_burst();
        seconds_ += cpu_seconds() - start;
    }
    double rate() const { return multiply_adds_ / seconds_; }

private:
    double multiply_adds_ = 0;
    double seconds_ = 0;
};

/// Runs `work` for the benchmark; items and multiply-adds are those of one call.
template <typename Work>
void measure(benchmark::State& state, double items, double multiply_adds, const Work& work) {
    Peak peak;
    double seconds = 0;
    for (auto _ : state) {
        const double start = cpu_seconds();
        work();
        seconds += cpu_seconds() - start;
        state.PauseTiming();
        peak.measure();
        state.ResumeTiming();
    }
    const double calls = static_cast<double>(state.iterations()) / seconds;
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(items));
    state.counters["per_core_second"] = items * calls;
    state.counters["GMAC/s/core"] = multiply_adds * calls / 1e9;
    state.counters["peak"] = peak.rate() / 1e9;
    state.counters["share_of_peak"] = multiply_adds * calls / peak.rate();
}

/// Rows of the MLP's second layer, by instruction set.
void dense(benchmark::State& state) {
    const auto& kernel = kernels()[static_cast<std::size_t>(state.range(0))];
    const std::size_t rows = 96;
    const std::size_t width = 400;
    const std::vector<float> weight(width * width, 0.01F);
    const auto layer = make_dense<float>(weight, {}, width, 0);
    Lanes<float> in(rows * width / 16, {{0.5F, 0.25F}});
    Lanes<float> out(in.size());
    measure(state, rows, static_cast<double>(rows * width * width), [&] {
        kernel.dense(layer, rows, in[0].value, width, nullptr, 0, out[0].value, width);
        benchmark::ClobberMemory();
    });
    state.SetLabel(kernel.name);
}
BENCHMARK(dense)->DenseRange(0, static_cast<int>(kernels().size()) - 1)->UseRealTime();

void predict(benchmark::State& state, const DesignSpace& space, const Predictor& model,
             std::size_t n, double multiply_adds) {
    const auto archs = sample(space, n, Rng(1), 224);
    std::vector<double> values(archs.size());
    model.predict(archs, values, 1);  // tables are made at the first call
    const auto count = static_cast<double>(n);
    measure(state, count, count * multiply_adds, [&] {
        model.predict(archs, values, static_cast<unsigned>(state.range(0)));
        benchmark::DoNotOptimize(values.data());
    });
}

/// How many times as fast as the published Python path, whose time for an architecture was measured
/// elsewhere (one core, OpenBLAS).
void compare_with_python(benchmark::State& state, double python_us) {
    state.counters["times_python"] = state.counters["per_core_second"] * python_us * 1e-6;
}

constexpr double mean_layers = 15;  // of a random architecture

void mlp(benchmark::State& state) {
    const auto space = load_space("ofa-mbv3");
    const auto model = make_mlp(random_mlp(1, 128, {400, 400, 400, 1}), space);
    predict(state, space, *model, 19200, 2 * 400 * 400 + 400);
    compare_with_python(state, 44);
    state.SetLabel("MLP 128-400-400-400-1");
}
BENCHMARK(mlp)->Arg(1)->Arg(2)->UseRealTime();

void chain_network(benchmark::State& state) {
    const auto space = load_space("ofa-mbv3");
    const auto model =
        make_chain_network(random_chain_network(1, 128, 4), space, ChainFamily::ofa_mbv3);
    // two of the layers come from tables, the linear layers behind are in double and not counted
    predict(state, space, *model, 9600, mean_layers * 2 * 2 * 128 * 128);
    state.SetLabel("chain graph network, 4 layers of 128");
}
BENCHMARK(chain_network)->Arg(1)->Arg(2)->UseRealTime();

void gru(benchmark::State& state) {
    const auto space = load_space("ofa-mbv3");
    const auto model = make_gru(random_gru(1, 112, 16, 512), space);
    // what the nodes add comes from tables, and the first state from nothing
    predict(state, space, *model, 960, (mean_layers - 1) * 3 * 512 * 512);
    compare_with_python(state, 1186);
    state.SetLabel("bidirectional GRU, hidden 512");
}
BENCHMARK(gru)->Arg(1)->Arg(2)->UseRealTime();

/// The models of the program; too slow would be less than 5,000,000 a second and core for those
/// that are sums over layers (Note10).
void shipped(benchmark::State& state) {
    const auto& model = shipped_models()[static_cast<std::size_t>(state.range(1))];
    const auto space = load_space(model.space);
    const auto made = parse_model(model.text, space, model.metric);
    auto archs = sample(space, 19200, Rng(1), 224);
    for (const int r : {208, 192, 176, 160}) {  // those that have a model for each
        if (made.predictor->refusal(archs.front()).empty()) break;
        for (auto& a : archs) a.resolution = static_cast<std::uint16_t>(r);
    }
    std::vector<double> values(archs.size());
    measure(state, static_cast<double>(archs.size()), 0, [&] {
        made.predictor->predict(archs, values, static_cast<unsigned>(state.range(0)));
        benchmark::DoNotOptimize(values.data());
    });
    state.SetLabel(model.space + " " + model.metric);
}
BENCHMARK(shipped)
    ->Apply([](benchmark::internal::Benchmark* b) {
        for (std::size_t i = 0; i < shipped_models().size(); ++i) {
            b->Args({1, static_cast<std::int64_t>(i)});
        }
    })
    ->UseRealTime();

}  // namespace
}  // namespace blockscope
