#pragma once

#include <cmath>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/file.hpp"
#include "blockscope/report/profile_figures.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {

/// Two units, expansions by kernels, and a block with a name of its own.
inline DesignSpace grid_space() {
    return parse_space(R"(name = "grid"
resolutions = [32]
[blocks]
kind = "mbconv"
expand = [2, 4]
kernel = [3, 5]
[[stem]]
op = "conv"
channels = 8
kernel = 3
stride = 2
[[unit]]
channels = 16
stride = 2
depth = [1, 2]
[[unit]]
channels = 24
depth = [1, 2]
blocks = ["MBConv2-3", "MBConv4-5"]
[[head]]
op = "global_pool"
[[head]]
op = "linear"
channels = 10
)",
                       "grid.toml");
}

/// Numbers that are easy to follow: placement i has the mean 10 + i, intervals of +-0.5, the second
/// block of everything cannot be told from the mean, the last placement is not known.
inline ReportedProfile made_up_profile(const DesignSpace& space, const std::string& metric,
                                       const std::string& unit, const std::string& study = "one") {
    Profile p;
    p.metric.name = metric;
    p.metric.unit = unit;
    p.metric.direction = direction_of_unit(unit);
    p.metric.source = "made up";
    p.estimator = "pooled";
    p.resolution = space.default_resolution;
    p.resolutions = {p.resolution};
    p.evaluations = 200;
    p.base = plus_minus(12, 0.25);
    p.base_percentiles = {plus_minus(8, 0.5), plus_minus(16, 0.5)};
    double value = 10;
    for (const auto& placement : placements(space)) {
        Cell cell;
        cell.placement = placement;
        cell.mean = plus_minus(value, 0.5);
        cell.delta = plus_minus(value - 12, 0.5);
        cell.simultaneous = plus_minus(value - 12, 0.9);
        cell.percentiles = {plus_minus(value - 4, 1), plus_minus(value + 4, 1)};
        cell.percentile_deltas = {plus_minus(value - 12, 1), plus_minus(value - 12, 1)};
        cell.count = 40;
        cell.distinguishable = placement.block != 1;
        p.cells.push_back(cell);
        value += 1;
    }
    p.cells.back().mean = p.cells.back().delta = Estimate{};
    value = 11;
    for (const auto& name : block_names(space)) {
        p.blocks.push_back({name, plus_minus(value, 0.25), 80, p.blocks.size() != 1});
        value += 0.5;
    }
    for (int u = 0; u < 2; ++u) {
        p.depths.push_back({u, 1, plus_minus(11, 0.2), Estimate{}, 100});
        p.depths.push_back({u, 2, plus_minus(13 + u, 0.2), plus_minus(2 + u, 0.3), 100});
        const std::string name = "U" + std::to_string(u + 1);
        p.shares.push_back({name, plus_minus(0.4, 0.05)});
        p.shares.push_back({name + " depth", plus_minus(0.25, 0.05)});
        p.shares.push_back({name + " L1 block", plus_minus(0.15, 0.05)});
        p.shares.push_back({name + " L1 expansion", plus_minus(0.1, 0.05)});
        p.shares.push_back({name + " L1 kernel", plus_minus(-0.001, 0.05)});
    }
    p.shares.push_back({"additive", plus_minus(0.8, 0.02)});
    p.shares.push_back({"interaction and noise", plus_minus(0.2, 0.02)});
    return {study, "7", p};
}

/// Compares with tests/golden/report/NAME; BLOCKSCOPE_UPDATE_GOLDEN=1 writes it instead.
inline void expect_golden(const std::string& name, const std::string& text) {
    const std::string path = std::string(BLOCKSCOPE_SOURCE_DIR) + "/tests/golden/report/" + name;
    if (std::getenv("BLOCKSCOPE_UPDATE_GOLDEN") != nullptr) write_file(path, text);
    EXPECT_EQ(text, read_file(path))
        << "BLOCKSCOPE_UPDATE_GOLDEN=1 makes this the expected " << name;
}

/// And the drawing for paper is no empty frame.
inline void expect_golden_spec(const std::string& name, const Figure& figure) {
    SCOPED_TRACE(figure.title);
    std::size_t shapes = 0;
    for (const char* shape : {"<rect", "<circle", "<path", "<text"}) {
        for (auto at = figure.svg.find(shape); at != std::string::npos;
             at = figure.svg.find(shape, at + 1)) {
            ++shapes;
        }
    }
    EXPECT_GT(shapes, 8u);
    const auto spec = nlohmann::ordered_json::parse(figure.spec);
    expect_golden(name + ".vl.json", spec.dump(1) + "\n");
}

}  // namespace blockscope
