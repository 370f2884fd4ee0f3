#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/metric/count_metric.hpp"
#include "blockscope/network/cost.hpp"
#include "blockscope/profile/profile.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

#include "tests/test_data.hpp"

namespace blockscope {
namespace {

Profile count_profile(const DesignSpace& space, const std::string& name, Protocol protocol,
                      int resolution = 224) {
    const auto metric = make_count_metric(name);
    ProfileOptions options;
    options.protocol = protocol;
    return exact_profile(space, *metric->additive(space, resolution), metric->info(), resolution,
                         options);
}

// E[MACs] of OFA at 224, and one layer's share by hand: U5 L4 exists in a third of the networks.
TEST(ExactProfile, GivesKnownMeans) {
    const auto space = load_space("ofa-mbv3");
    const auto p = count_profile(space, "macs", Protocol::definition);
    EXPECT_NEAR(p.base.value / 1e6, 421.36, 0.005);
    EXPECT_NEAR(p.cells.back().delta.value, 25105536.0,
                1e-3);  // U5-L4-B9: the layer is added whole
    EXPECT_FALSE(p.cells.empty());
}

// Mean MACs in millions by block under the published sampling, known from an independent count:
// 416.1 (B1) to 434.4 (B9).
TEST(ExactProfile, BlockResponsesArePublishedOnesUnderThePublishedProtocol) {
    const auto p = count_profile(load_space("ofa-mbv3"), "macs", Protocol::published);
    ASSERT_EQ(p.blocks.size(), 9);
    EXPECT_NEAR(p.blocks.front().response.value / 1e6, 416.1, 0.05);
    EXPECT_NEAR(p.blocks.back().response.value / 1e6, 434.4, 0.05);
}

TEST(ExactProfile, EqualsTheClosedFormOfTheDataCard) {
    NEEDS_DATA("ofa_mbv3_cells_exact.csv");
    const auto file = data_directory() / "ofa_mbv3_cells_exact.csv";
    const auto csv = parse_csv(read_file(file), file.string());
    const auto space = load_space("ofa-mbv3");
    std::size_t compared = 0;
    for (const int resolution : {160, 176, 192, 208, 224}) {
        for (const auto protocol : {Protocol::definition, Protocol::published}) {
            const auto p = count_profile(space, "macs", protocol, resolution);
            for (std::size_t r = 0; r < csv.rows.size(); ++r) {
                const auto cell = [&](const char* name) { return csv.number(r, csv.column(name)); };
                const auto sampling = csv.rows[r][csv.column("sampling")];
                if (cell("resolution") != resolution) continue;
                if (sampling != (protocol == Protocol::definition ? "stated" : "published"))
                    continue;
                const auto found = std::find_if(p.cells.begin(), p.cells.end(), [&](const Cell& c) {
                    const auto& block = space.blocks[c.placement.block];
                    return c.placement.unit + 1 == cell("unit") &&
                           c.placement.layer + 1 == cell("layer") &&
                           block.expand == cell("expand") && block.kernel == cell("kernel");
                });
                ASSERT_NE(found, p.cells.end());
                const double expected = cell("delta_macs_m") * 1e6;
                ASSERT_NEAR(found->delta.value, expected, 1e-9 * std::abs(expected) + 1e-3);
                ++compared;
            }
        }
    }
    EXPECT_GT(compared, 500);
}

// Exact against brute force: every quantity from a big sample of the same placement.
TEST(ExactProfile, AgreesWithSamplingInEverySpace) {
    for (const auto* name : {"ofa-mbv3", "proxylessnas", "resnet50"}) {
        const auto space = load_space(name);
        for (const auto* metric_name : {"macs", "activation_bytes"}) {
            for (const auto protocol : {Protocol::definition, Protocol::published}) {
                const auto metric = make_count_metric(metric_name);
                const auto profile = count_profile(space, metric_name, protocol);
                for (std::size_t c = 5; c < profile.cells.size(); c += 31) {
                    const Cell& cell = profile.cells[c];
                    SCOPED_TRACE(std::string(name) + " " + metric_name + " " +
                                 label(space, cell.placement));
                    const auto archs = sample(space, 40000, Rng(c), 224, cell.placement, protocol);
                    auto values = metric->evaluate(space, archs).values;
                    double sum = 0;
                    double squares = 0;
                    for (const double v : values) sum += v;
                    const double mean = sum / static_cast<double>(values.size());
                    for (const double v : values) squares += (v - mean) * (v - mean);
                    const double sd = std::sqrt(squares / static_cast<double>(values.size()));
                    EXPECT_NEAR(cell.mean.value, mean, 5 * sd / 200 + 1e-9 * mean);
                    std::sort(values.begin(), values.end());
                    for (int i = 0; i < 2; ++i) {
                        // the exact quantile lies between the sample's neighbouring ones
                        const double p = i == 0 ? 0.05 : 0.95;
                        const auto n = static_cast<double>(values.size());
                        const double slack = profile.percentile_error + 1e-6 * mean;
                        EXPECT_GE(cell.percentiles[i].value + slack,
                                  values[static_cast<std::size_t>(n * (p - 0.006))]);
                        EXPECT_LE(cell.percentiles[i].value - slack,
                                  values[static_cast<std::size_t>(n * (p + 0.006))]);
                    }
                }
            }
        }
    }
}

TEST(ExactProfile, MixesResolutionsAsAFactor) {
    const auto space = load_space("resnet50");
    const auto metric = make_count_metric("macs");
    const std::vector<int> resolutions{160, 192, 224};
    std::vector<LayerTable> tables;
    for (const int r : resolutions) tables.push_back(*metric->additive(space, r));
    const auto p = exact_profile(space, tables, metric->info(), resolutions, {});
    EXPECT_EQ(p.resolution, 0);
    for (std::size_t c = 3; c < p.cells.size(); c += 40) {
        std::vector<double> values;
        for (const int r : resolutions) {
            const auto archs =
                sample(space, 30000, Rng(c), r, p.cells[c].placement, Protocol::definition);
            const auto part = metric->evaluate(space, archs).values;
            values.insert(values.end(), part.begin(), part.end());
        }
        double sum = 0;
        for (const double v : values) sum += v;
        const auto n = static_cast<double>(values.size());
        EXPECT_NEAR(p.cells[c].mean.value, sum / n, 0.01 * sum / n);
        std::sort(values.begin(), values.end());
        for (int i = 0; i < 2; ++i) {
            const double probability = i == 0 ? 0.05 : 0.95;
            const double slack = 1.01 * p.percentile_error;
            EXPECT_GE(p.cells[c].percentiles[i].value + slack,
                      values[static_cast<std::size_t>(n * (probability - 0.005))]);
            EXPECT_LE(p.cells[c].percentiles[i].value - slack,
                      values[static_cast<std::size_t>(n * (probability + 0.005))]);
        }
    }
}

TEST(ExactProfile, DepthEffectsOfAnAdditiveMetricAreTheMeanOfTheAddedLayer) {
    const auto space = load_space("ofa-mbv3");
    const auto p = count_profile(space, "macs", Protocol::definition);
    const LayerTable table = count_table(space, 224, Count::macs);
    for (const auto& d : p.depths) {
        if (d.depth == 2) {
            EXPECT_TRUE(std::isnan(d.effect.value));
            continue;
        }
        double mean = 0;
        for (int b = 0; b < 9; ++b) mean += table.term(d.unit, d.depth - 1, 0, 0, b) / 9;
        EXPECT_NEAR(d.effect.value, mean, 1e-6 * mean);
    }
}

}  // namespace
}  // namespace blockscope
