#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "blockscope/base/random.hpp"
#include "blockscope/profile/expectation.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {

/// 6,528 networks: a choice in the stem, widths in both units, gated layers, a grid of blocks.
inline DesignSpace small_space() {
    return parse_space(R"(name = "small"
resolutions = [32]
[blocks]
kind = "mbconv"
expand = [2, 4]
kernel = [3, 5]
[[stem]]
op = "conv"
kernel = 3
stride = 2
channels = [8, 16]
[[unit]]
channels = 16
widths = [0.5, 1.0]
stride = 2
depth = [1, 3]
[[unit]]
channels = 24
widths = [0.5, 1.0]
depth = [1, 2]
blocks = ["MBConv2-3", "MBConv4-5", "MBConv4-3"]
[[head]]
op = "global_pool"
[[head]]
op = "linear"
channels = 10
)",
                       "small.toml");
}

/// All architectures with their probabilities.
struct Population {
    std::vector<Architecture> archs;
    std::vector<double> probability;

    explicit Population(const DesignSpace& space) {
        Architecture a;
        a.resolution = static_cast<std::uint16_t>(space.default_resolution);
        stem(space, a, 0, 1);
    }

    double mean(const std::vector<double>& values) const {
        double sum = 0;
        for (std::size_t i = 0; i < archs.size(); ++i) sum += probability[i] * values[i];
        return sum;
    }

    /// Variance of the mean of `values` over the cells that `key` tells apart.
    template <typename Key>
    double variance_of_means(const std::vector<double>& values, Key key) const {
        std::map<decltype(key(archs[0])), std::pair<double, double>> cells;
        const double centre = mean(values);
        for (std::size_t i = 0; i < archs.size(); ++i) {
            auto& [p, sum] = cells[key(archs[i])];
            p += probability[i];
            sum += probability[i] * values[i];
        }
        double variance = 0;
        for (const auto& [k, cell] : cells) {
            const double m = cell.second / cell.first - centre;
            variance += cell.first * m * m;
        }
        return variance;
    }
    double variance(const std::vector<double>& values) const {
        return variance_of_means(values, [](const Architecture& a) { return a; });
    }

    /// Sample variance of equally likely values.
    static double variance_of(const std::vector<double>& values) {
        double mean = 0;
        for (const double v : values) mean += v / static_cast<double>(values.size());
        double squares = 0;
        for (const double v : values) squares += (v - mean) * (v - mean);
        return squares / static_cast<double>(values.size() - 1);
    }

private:
    void stem(const DesignSpace& space, Architecture a, std::size_t i, double p) {
        if (i == space.stem_choices.size()) return unit(space, a, 0, p);
        const auto options = allowed(space.stem_choices[i].allowed);
        for (const int o : options) {
            a.stem[i] = static_cast<std::uint8_t>(o);
            stem(space, a, i + 1, p / static_cast<double>(options.size()));
        }
    }
    void unit(const DesignSpace& space, Architecture a, std::size_t u, double p) {
        if (u == space.units.size()) {
            archs.push_back(a);
            probability.push_back(p);
            return;
        }
        const auto widths = allowed(space.units[u].widths);
        const auto depths = allowed(space.units[u].depths);
        for (const int w : widths) {
            for (const int d : depths) {
                a.width[u] = static_cast<std::uint8_t>(w);
                a.depth[u] = static_cast<std::uint8_t>(d);
                layer(space, a, u, 0, p / static_cast<double>(widths.size() * depths.size()));
            }
        }
    }
    void layer(const DesignSpace& space, Architecture a, std::size_t u, int l, double p) {
        if (l == a.depth[u]) return unit(space, a, u + 1, p);
        const auto blocks = allowed(space.units[u].blocks[l]);
        for (const int b : blocks) {
            a.block[space.units[u].first_slot + l] = static_cast<std::uint8_t>(b);
            layer(space, a, u, l + 1, p / static_cast<double>(blocks.size()));
        }
    }
};

/// Every term random, those that see the incoming width included.
inline LayerTable random_table(const DesignSpace& space, std::uint64_t seed) {
    LayerTable table(space, LayerTable::Combine::sum);
    Rng rng(seed);
    for (int v = 0; v < table.stem_variants(); ++v) table.stem(v) = rng.uniform();
    for (int u = 0; u < table.unit_count(); ++u) {
        for (int l = 0; l < space.units[u].max_depth; ++l) {
            for (int i = 0; i < (l == 0 ? table.incoming_states(u) : 1); ++i) {
                for (int w = 0; w < table.width_states(u); ++w) {
                    for (int b = 0; b < static_cast<int>(space.blocks.size()); ++b) {
                        table.term(u, l, i, w, b) = rng.uniform();
                    }
                }
            }
        }
    }
    for (int w = 0; w < table.width_states(table.unit_count() - 1); ++w) {
        table.head(w) = rng.uniform();
    }
    return table;
}

}  // namespace blockscope
