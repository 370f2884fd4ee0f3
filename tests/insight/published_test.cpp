// What prune must find by itself in the published predictors of the paper's devices.
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "blockscope/insight/insight.hpp"
#include "blockscope/metric/given_table.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/search/search_files.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

#include "../test_data.hpp"

namespace blockscope {
namespace {

constexpr std::size_t networks = 4000;
constexpr std::uint64_t seeds = 3;

std::string model(const std::string& name) {
    return "model:" + (data_directory() / "predictors" / (name + ".safetensors")).string();
}

Profile profile_of(const DesignSpace& space, Metric& metric, int resolution) {
    ProfileOptions options;
    options.threads = 2;
    options.percentiles.clear();
    if (const auto table = metric.additive(space, resolution)) {
        return exact_profile(space, *table, metric.info(), resolution, options);
    }
    const auto archs = sample(space, networks, Rng(1), resolution);
    const auto values = metric.evaluate(space, archs).values;
    Profile profile = pooled_profile(space, {archs, values}, metric.info(), {resolution}, options);
    profile.shares = pooled_variance_shares(space, {archs, values});
    return profile;
}

/// One panel of the paper's Figure 8.
struct Panel {
    const char* space;
    std::string accuracy, latency;  ///< metrics
    std::string preset;
    int resolution = 224;
};

Panel panel_of(const std::string& family, const std::string& device, int resolution = 224) {
    const bool ofa = family == "ofa_mbv3";
    Panel panel{ofa ? "ofa-mbv3" : "proxylessnas", model(family + "_accuracy_gnn"),
                model(family + "_latency_" + device), "paper/" + device, resolution};
    if (device == "note10")
        panel.latency = "lut:" + (data_directory() / "original/note10").string();
    return panel;
}

struct Found {
    DesignSpace space;
    std::unique_ptr<Metric> accuracy, latency;
    Pruning pruning;

    explicit Found(const Panel& panel) : space(load_space(panel.space)) {
        accuracy = make_metric(panel.accuracy, space);
        latency = make_metric(panel.latency, space);
        static std::map<std::pair<std::string, int>, Profile> benefits;
        Profile& benefit = benefits[{panel.accuracy, panel.resolution}];
        if (benefit.cells.empty()) benefit = profile_of(space, *accuracy, panel.resolution);
        const Profile price = profile_of(space, *latency, panel.resolution);
        pruning = prune(space, benefit, &price);
    }
    const Insight* applied(Insight::Kind kind, const std::string& subject) const {
        for (const auto& i : pruning.insights) {
            if (i.kind == kind && i.subject == subject && i.status != Insight::Status::refused) {
                return &i;
            }
        }
        return nullptr;
    }
};

TEST(Published, NoKernelSevenOnTheKirin9000) {
    NEEDS_DATA("predictors");
    for (const char* family : {"ofa_mbv3", "ofa_proxyless"}) {
        const Found found(panel_of(family, "npu"));
        const Insight* insight = found.applied(Insight::Kind::unfriendly, "kernel 7");
        ASSERT_NE(insight, nullptr) << family;
        EXPECT_EQ(insight->status, Insight::Status::applied);
        // the paper's Figures 2 and 3 print 1.40 and 2.61 ms between kernels 5 and 7 at expansion
        // 6, under a protocol that damps them, and 0.6 to 0.9 at the others
        EXPECT_GT(insight->price.low, 0.9);
        EXPECT_LT(insight->rate.high, 0.02);  // % for a millisecond
        for (const auto& unit : found.pruning.space.units) {
            for (const auto mask : unit.blocks) {
                for (const int b : allowed(mask)) EXPECT_NE(found.space.blocks[b].kernel, 7);
            }
        }
    }
}

TEST(Published, UnitsTwoFourAndFiveHaveTheCostliestFourthLayersOnTheRtx2080Ti) {
    NEEDS_DATA("predictors");
    const Found found(panel_of("ofa_mbv3", "gpu"));
    EXPECT_NE(found.applied(Insight::Kind::costliest, "last layers of units 2, 4 and 5"), nullptr);
    // no block goes for its latency
    for (const auto& insight : found.pruning.insights) {
        EXPECT_NE(insight.kind, Insight::Kind::unfriendly);
        if (insight.kind == Insight::Kind::off_front) {
            EXPECT_EQ(insight.driver, Insight::Driver::benefit) << insight.subject;
        }
    }
    // unit 4's is the best buy among them, so nothing of it is cut
    std::vector<std::string> fourth;
    for (const auto& p : found.pruning.purchases) {
        if (p.step.starts_with("layer 4")) fourth.push_back(p.step);
    }
    EXPECT_EQ(fourth.front(), "layer 4 of unit 4");
    EXPECT_EQ(allowed(found.pruning.space.units[3].depths), (std::vector<int>{2, 3, 4}));
}

TEST(Published, TheSameFromLatenciesThatOthersMeasured) {
    NEEDS_DATA("measured/ofa_mbv3_gpu_latency.csv");
    const DesignSpace space = load_space("ofa-mbv3");
    const auto table =
        read_given_table(space, (data_directory() / "measured/ofa_mbv3_gpu_latency.csv").string(),
                         {"latency_2080ti_batch1_ms"}, 224);
    const GivenColumn column = given_column(table, "latency_2080ti_batch1_ms");
    ProfileOptions options;
    options.percentiles.clear();
    const Profile price = pooled_profile(space, {column.archs, column.values}, column.info,
                                         space.resolutions, options);
    Profile benefit = price;  // any will do: MACs
    const auto macs = make_metric("macs", space);
    std::vector<LayerTable> tables;
    for (const int r : space.resolutions) tables.push_back(*macs->additive(space, r));
    benefit = exact_profile(space, tables, macs->info(), space.resolutions, options);
    const Pruning p = prune(space, benefit, &price);
    bool found = false;
    for (const auto& insight : p.insights) {
        found |= insight.subject == "last layers of units 2, 4 and 5";
        EXPECT_FALSE(insight.kind == Insight::Kind::off_front &&
                     insight.status == Insight::Status::applied &&
                     insight.driver == Insight::Driver::price)
            << insight.subject;
    }
    EXPECT_TRUE(found);
}

/// Mean hypervolumes of the fronts of some seeds, in spaces that share a reference point.
std::vector<double> hypervolumes(const Panel& panel, const Found& found,
                                 const std::vector<DesignSpace>& spaces) {
    std::vector<std::vector<SearchRun>> runs(spaces.size());
    Problem problem{found.space,
                    {panel.resolution},
                    {found.accuracy.get(), found.latency.get()},
                    {{0, Direction::larger_is_better}, {1, Direction::smaller_is_better}},
                    {}};
    std::vector<SearchRun> all;
    for (std::size_t s = 0; s < spaces.size(); ++s) {
        problem.space = spaces[s];
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            SearchOptions options = paper_options(Algorithm::random_mutation);
            options.seed = seed;
            runs[s].push_back(search(problem, options));
            all.push_back(runs[s].back());
        }
    }
    // the worst of all fronts
    std::vector<double> reference{1e9, -1e9};
    for (const auto& run : all) {
        for (const auto i : run.best) {
            reference[0] = std::min(reference[0], run.values[0][i]);
            reference[1] = std::max(reference[1], run.values[1][i]);
        }
    }
    std::vector<double> means;
    for (const auto& of_space : runs) {
        double sum = 0;
        for (const auto& run : of_space) sum += hypervolume_of(problem, run, reference);
        means.push_back(sum / static_cast<double>(of_space.size()));
    }
    return means;
}

// More seeds and tests: blockscope check paper --searches.
TEST(Published, SearchesFindBetterFrontsInThePrunedSpaceOnEveryPanel) {
    NEEDS_DATA("original/note10");
    std::vector<Panel> panels{panel_of("ofa_mbv3", "note10"), panel_of("ofa_mbv3", "note10", 192)};
    for (const char* device : {"npu", "gpu", "cpu"}) {
        panels.push_back(panel_of("ofa_mbv3", device));
        panels.push_back(panel_of("ofa_proxyless", device));
    }
    for (const auto& panel : panels) {
        const Found found(panel);
        const auto preset = load_space(panel.space + (":" + panel.preset));
        const auto of = hypervolumes(panel, found, {found.space, preset, found.pruning.space});
        EXPECT_GT(of[2], of[0]) << panel.space << panel.preset;
        EXPECT_GT(of[2], of[1]) << panel.space << panel.preset;
    }
}

TEST(Published, MostAccurateNetworksOfThePrunedSpaceAreNoWorseAndScatterLess) {
    NEEDS_DATA("predictors");
    const std::map<std::string, std::string> models{{"ofa-mbv3", "ofa_mbv3_accuracy_gnn"},
                                                    {"proxylessnas", "ofa_proxyless_accuracy_gnn"},
                                                    {"resnet50", "ofa_resnet50_accuracy"}};
    for (const auto& [name, predictor] : models) {
        const DesignSpace space = load_space(name);
        const auto accuracy = make_metric(model(predictor), space);
        const auto profile = profile_of(space, *accuracy, 224);
        const Pruning pruned = prune(space, profile, nullptr);
        const auto best = [&](const DesignSpace& searched) {
            std::vector<double> values;
            for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
                SearchOptions options = paper_options(Algorithm::max_accuracy);
                options.seed = seed;
                const auto run = search(
                    {searched, {224}, {accuracy.get()}, {{0, Direction::larger_is_better}}, {}},
                    options);
                values.push_back(run.values[0][run.best.front()]);
            }
            std::sort(values.begin(), values.end());
            return values;
        };
        const auto whole = best(space);
        const auto restricted = best(pruned.space);
        // ResNet50's predictor gives all good networks one and the same value
        EXPECT_GE(restricted.front(), whole.back()) << name;
        EXPECT_LE(restricted.back() - restricted.front(), whole.back() - whole.front()) << name;
    }
}

}  // namespace
}  // namespace blockscope
