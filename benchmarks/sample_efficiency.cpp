// How many evaluations the pooled estimator saves against the published procedure: both estimate
// the same deltas (and percentile deltas) with the same number of evaluations in total, mean square
// errors over seeds, truth from a pool of a million. Too few would be: 400 times at 1,810
// evaluations of the OFA accuracy predictor, 500 times at 9,050; 50 times for percentiles.
// Usage: ./dev bench sample_efficiency [--seeds N] [--truth N] [METRIC...]; the published
// predictors are looked for under BLOCKSCOPE_DATA.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "blockscope/base/parallel.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/profile/profile.hpp"
#include "blockscope/profile/strata.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

#include "benchmarks/report.hpp"

namespace blockscope {
namespace {

/// Mean square error of a delta by the published procedure with `n` architectures in each group, in
/// expectation: the variance in the cell and that of the base over n. Runs of it scatter by a tenth
/// even over 50 seeds, because all deltas share one base.
double expected_fixed_mse(const DesignSpace& space, const std::vector<Architecture>& archs,
                          const std::vector<double>& values, std::size_t n) {
    struct Sums {
        double n = 0, sum = 0, squares = 0;
        void add(double v) {
            ++n;
            sum += v;
            squares += v * v;
        }
        double variance() const { return (squares - sum * sum / n) / (n - 1); }
    };
    const Strata strata(space, Protocol::definition);
    std::vector<Sums> sums(static_cast<std::size_t>(strata.size()));
    std::vector<int> numbers(static_cast<std::size_t>(strata.most()));
    for (std::size_t i = 0; i < archs.size(); ++i) {
        const int k = strata.of(archs[i], numbers.data());
        for (int j = 0; j < k; ++j) sums[static_cast<std::size_t>(numbers[j])].add(values[i]);
    }
    double mse = 0;
    double cells = 0;
    for (const auto& p : placements(space)) {
        const auto s = static_cast<std::size_t>(strata.placement(p).front().stratum);
        mse += (sums[s].variance() + sums[0].variance()) / static_cast<double>(n);
        ++cells;
    }
    return mse / cells;
}

/// Mean square errors of the deltas and of the percentile deltas, and how many of each there were.
struct Errors {
    double delta = 0, deltas = 0;
    double percentile = 0, percentiles = 0;

    void add(const Profile& p, const Profile& truth) {
        for (std::size_t c = 0; c < p.cells.size(); ++c) {
            const auto square = [](double x) { return x * x; };
            if (!std::isnan(p.cells[c].delta.value)) {
                delta += square(p.cells[c].delta.value - truth.cells[c].delta.value);
                ++deltas;
            }
            for (std::size_t i = 0; i < p.cells[c].percentile_deltas.size(); ++i) {
                const double q = p.cells[c].percentile_deltas[i].value;
                if (std::isnan(q)) continue;
                percentile += square(q - truth.cells[c].percentile_deltas[i].value);
                ++percentiles;
            }
        }
    }
    double delta_mse() const { return delta / deltas; }
    double percentile_mse() const { return percentile / percentiles; }
};

void compare(const std::string& space_name, const std::string& name, std::size_t seeds,
             std::size_t truth_size) {
    const auto space = load_space(space_name);
    const auto metric = make_metric(name, space, 1);
    const int resolution = 224;
    const ProfileOptions options;
    const auto groups = placements(space).size() + 1;
    const auto evaluated = [&](std::size_t n, std::uint64_t seed) {
        auto archs = sample(space, n, Rng(seed), resolution, 0);
        auto values = metric->evaluate(space, archs, nullptr).values;
        return std::pair{std::move(archs), std::move(values)};
    };
    const auto [big, big_values] = evaluated(truth_size, 999);
    const auto truth =
        pooled_profile(space, {big, big_values}, metric->info(), {resolution}, options);
    const auto shown = std::filesystem::path(name).filename().string();
    fmt::print("{} {}: E[M] {:.4f} {}, truth from {} architectures, {} seeds\n", space.name, shown,
               truth.base.value, metric->info().unit, truth_size, seeds);
    for (const std::size_t per_group : {5U, 10U, 50U}) {
        const std::size_t n = per_group * groups;
        Errors fixed;
        Errors pooled;
        for (std::size_t seed = 0; seed < seeds; ++seed) {
            const FixedSample groups_of{per_group, seed, 0};
            fixed.add(fixed_profile(space, *metric, {resolution}, groups_of, options).profile,
                      truth);
            const auto [archs, values] = evaluated(n, 5000 + seed);
            pooled.add(
                pooled_profile(space, {archs, values}, metric->info(), {resolution}, options),
                truth);
        }
        const double expected = expected_fixed_mse(space, big, big_values, per_group);
        fmt::print(
            "  {:>6} evaluations: rms error of deltas {:.4g} fixed ({:.4g} expected), {:.4g} "
            "pooled, saved {:.0f}x ({:.0f}x by the expectation); of percentile deltas "
            "{:.4g} fixed, {:.4g} pooled, saved {:.0f}x ({:.0f} of {} have one)\n",
            n, std::sqrt(fixed.delta_mse()), std::sqrt(expected), std::sqrt(pooled.delta_mse()),
            fixed.delta_mse() / pooled.delta_mse(), expected / pooled.delta_mse(),
            std::sqrt(fixed.percentile_mse()), std::sqrt(pooled.percentile_mse()),
            fixed.percentile_mse() / pooled.percentile_mse(),
            pooled.percentiles / static_cast<double>(seeds), 2 * (groups - 1));
        std::fflush(stdout);
    }
}

}  // namespace

int report(int argc, char** argv) {
    const char* set = std::getenv("BLOCKSCOPE_DATA");
    const std::filesystem::path data = set != nullptr ? set : "../shared/data";
    std::size_t seeds = 50;
    std::size_t truth = 1000000;
    std::vector<std::string> wanted;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--seeds" && i + 1 < argc) {
            seeds = std::strtoul(argv[++i], nullptr, 10);
        } else if (word == "--truth" && i + 1 < argc) {
            truth = std::strtoul(argv[++i], nullptr, 10);
        } else {
            wanted.push_back(word);
        }
    }
    if (wanted.empty()) {
        wanted = {"ofa_mbv3_accuracy",          "ofa_mbv3_latency_npu",
                  "ofa_mbv3_latency_gpu",       "ofa_mbv3_latency_cpu",
                  "ofa_proxyless_accuracy_gnn", "ofa_proxyless_latency_npu",
                  "ofa_proxyless_latency_gpu",  "ofa_proxyless_latency_cpu"};
    }
    for (const auto& name : wanted) {
        const auto file = data / "predictors" / (name + ".safetensors");
        if (!std::filesystem::exists(file)) {
            fmt::print("{}: not there, left out\n", file.string());
            continue;
        }
        const bool proxyless = name.find("proxyless") != std::string::npos;
        compare(proxyless ? "proxylessnas" : "ofa-mbv3", "model:" + file.string(), seeds, truth);
    }
    return 0;
}

}  // namespace blockscope
