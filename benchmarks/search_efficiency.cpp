// What searches reach, how soon and how fast, with the published predictors:
// - evaluations that `surrogate` and others need for the front that 2,100 of random-mutation find.
//   Too many for surrogate would be half of them;
// - time of a panel of Figure 8: 3 spaces x 10 seeds x 2,100 evaluations of two predictors. 20 s
//   would be too slow;
// - the latency-capped search of Once-for-All's tutorial (population 100, 500 generations, accuracy
//   predictor and Note10 table, resolutions 160 to 224), which reports 22.6 generations a second.
//   Too slow would be 678, too bad a less accurate network than its algorithm finds.
// Usage: ./dev bench search_efficiency [--seeds N] [--only panel, tutorial or algorithms]; files
// are looked for under BLOCKSCOPE_DATA.
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "blockscope/metric/registry.hpp"
#include "blockscope/search/comparison.hpp"
#include "blockscope/search/search.hpp"
#include "blockscope/space/space_file.hpp"

#include "benchmarks/report.hpp"

namespace blockscope {
namespace {

namespace fs = std::filesystem;

class Stopwatch {
public:
    double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// A space with its accuracy and latency, both published predictors.
struct Panel {
    DesignSpace space;
    std::unique_ptr<Metric> accuracy, latency;

    Panel(const fs::path& data, const std::string& name, const std::string& device)
        : space(load_space(name)) {
        const std::string prefix = name == "ofa-mbv3" ? "ofa_mbv3" : "ofa_proxyless";
        const auto model = [&](const std::string& what) {
            return "model:" + (data / "predictors" / (prefix + what + ".safetensors")).string();
        };
        accuracy = make_metric(model("_accuracy_gnn"), space);
        latency = make_metric(model("_latency_" + device), space);
    }

    SearchRecord record(const DesignSpace& of, Algorithm algorithm, std::size_t seeds) const {
        const Problem problem{of,
                              {224},
                              {accuracy.get(), latency.get()},
                              {{0, Direction::larger_is_better}, {1}},
                              {}};
        SearchReport report;
        report.options = paper_options(algorithm);
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            report.options.seed = seed;
            report.seeds.push_back(seed);
            report.runs.push_back(search(problem, report.options));
        }
        return record_of(problem, report);
    }
};

std::string evaluations(std::vector<double> needed) {
    const auto never =
        std::count_if(needed.begin(), needed.end(), [](double n) { return std::isnan(n); });
    std::erase_if(needed, [](double n) { return std::isnan(n); });
    std::sort(needed.begin(), needed.end());
    if (needed.empty()) return "never";
    return fmt::format("after {:.0f} (median; {:.0f} to {:.0f}; {} of {} seeds)",
                       needed[(needed.size() - 1) / 2], needed.front(), needed.back(),
                       needed.size(), needed.size() + static_cast<std::size_t>(never));
}

void compare_algorithms(const fs::path& data, std::size_t seeds) {
    for (const auto& [name, device] :
         {std::pair("ofa-mbv3", "npu"), std::pair("ofa-mbv3", "gpu"), std::pair("ofa-mbv3", "cpu"),
          std::pair("proxylessnas", "npu"), std::pair("proxylessnas", "gpu"),
          std::pair("proxylessnas", "cpu")}) {
        const Panel panel(data, name, device);
        const auto base = panel.record(panel.space, Algorithm::random_mutation, seeds);
        fmt::print("{} {}: the hypervolume of random-mutation's 2,100 evaluations is reached by\n",
                   name, device);
        for (const auto algorithm : {Algorithm::surrogate, Algorithm::nsga2,
                                     Algorithm::regularized_evolution, Algorithm::random}) {
            const Stopwatch watch;
            const auto record = panel.record(panel.space, algorithm, seeds);
            const double each = watch.seconds() / static_cast<double>(seeds);
            const auto c = compare(base, record);
            fmt::print(
                "  {:<22} {}; in the end {:+.2f} % ({:+.2f} to {:+.2f}); {:.2f} s a search\n",
                to_string(algorithm), evaluations(c.second_reaches_first),
                100 * c.volume.difference.value / c.volume.first_mean.value,
                100 * c.volume.difference.low / c.volume.first_mean.value,
                100 * c.volume.difference.high / c.volume.first_mean.value, each);
            std::fflush(stdout);
        }
    }
}

void time_panel(const fs::path& data) {
    const Panel panel(data, "ofa-mbv3", "npu");
    const Stopwatch watch;
    for (const auto* space : {"ofa-mbv3", "ofa-mbv3:paper/npu", "ofa-mbv3:paper/gpu"}) {
        panel.record(load_space(space), Algorithm::random_mutation, 10);
    }
    fmt::print("a panel of Figure 8, 3 spaces x 10 seeds x 2,100 evaluations: {:.2f} s\n",
               watch.seconds());
}

/// The tutorial's genome: kernel and expansion of every slot, used or not.
struct Genome {
    std::array<std::uint8_t, 20> kernel{}, expand{};
    std::array<std::uint8_t, 5> depth{};
    std::uint8_t resolution = 0;
};

constexpr std::array<std::uint16_t, 5> sides{160, 176, 192, 208, 224};
constexpr std::size_t population_size = 100;
constexpr std::size_t generations = 500;

/// Evolution as the tutorial describes it: the best quarter are parents, half of the children are
/// mutated (every gene with probability 0.1), half crossed (every gene from either parent); what is
/// above the cap is made again.
class TutorialSearch {
public:
    TutorialSearch(const DesignSpace& space, Metric& accuracy, Metric& latency, double cap,
                   std::uint64_t seed)
        : space_(space), accuracy_(accuracy), cap_(cap), rng_(seed) {
        for (const int side : sides) tables_.push_back(*latency.additive(space, side));
    }

    double best() {
        std::vector<Genome> children;
        while (children.size() < population_size) {
            if (Genome g = random(); keeps_cap(g)) children.push_back(g);
        }
        for (std::size_t i = 0; i <= generations; ++i) {
            for (const auto& [genome, value] : evaluated(children))
                population_.push_back({genome, value});
            std::stable_sort(population_.begin(), population_.end(),
                             [](const auto& a, const auto& b) { return a.second > b.second; });
            population_.resize(population_size / 4);
            children.clear();
            while (children.size() < population_size) {
                const bool mutates = children.size() < population_size / 2;
                Genome g = mutates ? mutated(parent()) : crossed_with(parent(), parent());
                if (keeps_cap(g)) children.push_back(g);
            }
        }
        return population_.front().second;
    }

private:
    std::uint8_t draw(std::uint32_t n) { return static_cast<std::uint8_t>(rng_.below(n)); }
    const Genome& parent() {
        return population_[draw(static_cast<std::uint32_t>(population_.size()))].first;
    }

    template <typename Change>
    void each_gene(Genome& g, Change change) {
        for (auto& k : g.kernel) change(k, 3U);
        for (auto& e : g.expand) change(e, 3U);
        for (auto& d : g.depth) change(d, 3U);
        change(g.resolution, static_cast<std::uint32_t>(sides.size()));
    }
    Genome random() {
        Genome g;
        each_gene(g, [&](std::uint8_t& gene, std::uint32_t n) { gene = draw(n); });
        return g;
    }
    Genome mutated(Genome g) {
        each_gene(g, [&](std::uint8_t& gene, std::uint32_t n) {
            if (rng_.uniform() < 0.1) gene = draw(n);
        });
        return g;
    }
    Genome crossed_with(Genome a, const Genome& b) {
        const auto either = [&](std::uint8_t& own, std::uint8_t other) {
            if (rng_.below(2) == 0) own = other;
        };
        for (std::size_t i = 0; i < a.kernel.size(); ++i) either(a.kernel[i], b.kernel[i]);
        for (std::size_t i = 0; i < a.expand.size(); ++i) either(a.expand[i], b.expand[i]);
        for (std::size_t i = 0; i < a.depth.size(); ++i) either(a.depth[i], b.depth[i]);
        either(a.resolution, b.resolution);
        return a;
    }
    Architecture architecture(const Genome& g) const {
        Architecture a;
        a.resolution = sides[g.resolution];
        for (std::size_t u = 0; u < g.depth.size(); ++u) {
            a.depth[u] = static_cast<std::uint8_t>(2 + g.depth[u]);
            for (std::size_t l = 0; l < a.depth[u]; ++l) {
                const std::size_t slot = 4 * u + l;
                a.block[static_cast<std::size_t>(space_.units[u].first_slot) + l] =
                    static_cast<std::uint8_t>(3 * g.expand[slot] + g.kernel[slot]);
            }
        }
        return a;
    }
    bool keeps_cap(const Genome& g) const {
        return tables_[g.resolution].value(architecture(g)) <= cap_;
    }
    std::vector<std::pair<Genome, double>> evaluated(const std::vector<Genome>& genomes) {
        std::vector<Architecture> archs;
        for (const auto& g : genomes) archs.push_back(architecture(g));
        const auto values = accuracy_.evaluate(space_, archs).values;
        std::vector<std::pair<Genome, double>> result;
        for (std::size_t i = 0; i < archs.size(); ++i) result.emplace_back(genomes[i], values[i]);
        return result;
    }

    const DesignSpace& space_;
    Metric& accuracy_;
    double cap_;
    Rng rng_;
    std::vector<LayerTable> tables_;
    std::vector<std::pair<Genome, double>> population_;
};

/// nsga2 with the tutorial's numbers and resolutions, accuracy as its one objective.
double best_of_ours(const DesignSpace& space, Metric& accuracy, Metric& latency, double cap,
                    std::uint64_t seed) {
    SearchOptions options;
    options.algorithm = Algorithm::nsga2;
    options.initial = population_size;
    options.children = population_size;
    options.iterations = generations;
    options.seed = seed;
    const Problem problem{space,
                          {sides.begin(), sides.end()},
                          {&accuracy, &latency},
                          {{0, Direction::larger_is_better}},
                          {{1, true, cap}}};
    const auto run = search(problem, options);
    return run.best.empty() ? 0 : run.values[0][run.best.front()];
}

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

void compare_with_tutorial(const fs::path& data, std::size_t seeds) {
    const auto space = load_space("ofa-mbv3");
    const auto accuracy =
        make_metric("model:" + (data / "original" / "acc_predictor.pth").string(), space);
    const auto latency = make_metric("lut:" + (data / "original" / "note10").string(), space);
    fmt::print(
        "Once-for-All's tutorial, {} generations of {}, {} seeds; the most accurate network, "
        "predictor's scale, %; generations a second of CPU time\n",
        generations, population_size, seeds);
    for (const double cap : {15.0, 20.0, 25.0, 30.0, 35.0}) {
        std::vector<double> theirs;
        std::vector<double> ours;
        double seconds[2] = {0, 0};
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            const double begin = cpu_seconds();  // both have one thread
            theirs.push_back(TutorialSearch(space, *accuracy, *latency, cap, seed).best());
            const double middle = cpu_seconds();
            ours.push_back(best_of_ours(space, *accuracy, *latency, cap, seed));
            seconds[0] += middle - begin;
            seconds[1] += cpu_seconds() - middle;
        }
        const double all = static_cast<double>(generations * seeds);
        const auto c = paired(theirs, ours);
        fmt::print(
            "  {:.0f} ms: its algorithm {:.3f} ({:.0f} generations/s here), nsga2 {:.3f} "
            "({:.0f} generations/s, {:.0f} times 22.6), difference {:+.3f} ({:+.3f} to {:+.3f})\n",
            cap, c.first_mean.value, all / seconds[0], c.second_mean.value, all / seconds[1],
            all / seconds[1] / 22.6, c.difference.value, c.difference.low, c.difference.high);
        std::fflush(stdout);
    }
}

}  // namespace

int report(int argc, char** argv) {
    const char* set = std::getenv("BLOCKSCOPE_DATA");
    const fs::path data = set != nullptr ? set : "../shared/data";
    std::size_t seeds = 10;
    std::string only;  // panel, tutorial or algorithms
    for (int i = 1; i + 1 < argc; ++i) {
        if (std::string(argv[i]) == "--seeds") seeds = std::strtoul(argv[i + 1], nullptr, 10);
        if (std::string(argv[i]) == "--only") only = argv[i + 1];
    }
    if (!fs::exists(data / "predictors") || !fs::exists(data / "original" / "note10")) {
        fmt::print("{}: no predictors there, nothing to do\n", data.string());
        return 0;
    }
    const auto wanted = [&](const char* part) { return only.empty() || only == part; };
    if (wanted("panel")) time_panel(data);
    if (wanted("tutorial")) compare_with_tutorial(data, seeds);
    if (wanted("algorithms")) compare_algorithms(data, seeds);
    return 0;
}

}  // namespace blockscope
