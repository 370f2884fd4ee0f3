#include "blockscope/report/heatmap.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "blockscope/base/text.hpp"

namespace blockscope {
namespace {

/// Counts are shown in millions or mega bytes, everything else as it is.
struct Scale {
    double divisor = 1;
    std::string unit;
};

Scale scale_for(const Profile& p) {
    const double size = std::abs(p.base.value);
    if (p.metric.unit == "bytes") return {1e6, "MB (1e6 bytes)"};
    if (size >= 1e9) return {1e9, "1e9 " + p.metric.unit};
    if (size >= 1e5) return {1e6, "1e6 " + p.metric.unit};
    return {1, p.metric.unit};
}

std::string resolution_text(const Profile& p) {
    if (p.resolution != 0) return fmt::format("{0}x{0}", p.resolution);
    const auto [low, high] = std::minmax_element(p.resolutions.begin(), p.resolutions.end());
    return fmt::format("{} resolutions from {} to {}", p.resolutions.size(), *low, *high);
}

struct Grid {
    std::vector<std::string> rows;
    std::vector<std::string> columns;
    std::map<std::pair<std::size_t, std::size_t>, const BlockResponse*> cells;
};

std::size_t index_of(std::vector<std::string>& names, const std::string& name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    names.push_back(name);
    return names.size() - 1;
}

/// Row and column of a block: expansion by kernel as in the paper's Figure 2, width by ratio as in
/// its Figure 4. A block whose name the space's file chose has a row of its own.
std::pair<std::string, std::string> row_and_column(const DesignSpace& space, const Placement& p) {
    const Block& block = space.blocks[static_cast<std::size_t>(p.block)];
    const std::string name = block_name(space, p);
    const std::string width = name.substr(0, name.size() - block.name.size());  // "C65-" or empty
    if (block.family == Family::bottleneck) {
        if (width.empty()) return {"", block.name};
        return {width.substr(0, width.size() - 1), block.name};
    }
    const std::string kernel = fmt::format("-{}", block.kernel);
    const auto dash = block.name.find('-');
    if (dash == std::string::npos || block.name.compare(dash, kernel.size(), kernel) != 0) {
        return {name, ""};
    }
    const std::string variant = block.name.substr(dash + kernel.size());
    return {width + block.name.substr(0, dash) + variant, "kernel " + kernel.substr(1)};
}

Grid make_grid(const DesignSpace& space, const Profile& profile) {
    std::map<std::string, Placement> example;
    for (const auto& p : placements(space)) example.try_emplace(block_name(space, p), p);
    Grid grid;
    for (const auto& block : profile.blocks) {
        const auto [row, column] = row_and_column(space, example.at(block.block));
        const auto r = index_of(grid.rows, row);
        grid.cells[{r, index_of(grid.columns, column)}] = &block;
    }
    return grid;
}

std::string shade(double fraction, const std::string& text, bool truecolour) {
    if (!truecolour) return text;
    // from light to dark blue, readable for every kind of colour vision; text turns white on dark
    const auto mix = [fraction](double a, double b) { return std::lround(a + (b - a) * fraction); };
    return fmt::format("\x1b[48;2;{};{};{}m\x1b[38;2;{}m{}\x1b[0m", mix(239, 8), mix(243, 69),
                       mix(255, 148), fraction > 0.5 ? "255;255;255" : "20;20;20", text);
}

}  // namespace

std::string terminal_heatmap(const DesignSpace& space, const Profile& profile, bool truecolour) {
    const Scale scale = scale_for(profile);
    std::string text = fmt::format(
        "{} of {} at {}, {}: mean over all locations (Equation 1)\n"
        "protocol {}, estimator {}",
        profile.metric.name, space.name, resolution_text(profile), scale.unit,
        to_string(profile.options.protocol), profile.estimator);
    if (profile.estimator == "exact") {
        text += "\n";
    } else {
        text += fmt::format(", {:g} % intervals, {} networks\n", 100 * profile.options.level,
                            profile.evaluations);
    }
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const auto& b : profile.blocks) {
        if (std::isnan(b.response.value)) continue;
        low = std::min(low, b.response.value);
        high = std::max(high, b.response.value);
    }
    Grid grid = make_grid(space, profile);
    std::reverse(grid.rows.begin(), grid.rows.end());  // largest on top, as the paper prints
    std::size_t label_width = 9;
    for (const auto& row : grid.rows) label_width = std::max(label_width, row.size() + 2);
    constexpr std::size_t cell_width = 21;
    text += std::string(label_width, ' ');
    for (const auto& column : grid.columns) text += fmt::format("{:^{}}", column, cell_width);
    text += '\n';
    const int digits = profile.estimator == "exact" ? 6 : 5;
    for (std::size_t r = 0; r < grid.rows.size(); ++r) {
        text += fmt::format("{:<{}}", grid.rows[r], label_width);
        for (std::size_t c = 0; c < grid.columns.size(); ++c) {
            const auto found = grid.cells.find({grid.rows.size() - 1 - r, c});
            if (found == grid.cells.end() || std::isnan(found->second->response.value)) {
                text += fmt::format("{:^{}}", "-", cell_width);
                continue;
            }
            const BlockResponse& b = *found->second;
            const double half = (b.response.high - b.response.low) / 2;
            std::string cell = significant(b.response.value / scale.divisor, digits);
            if (half > 0) cell += " ± " + significant(half / scale.divisor, 2);
            if (!b.distinguishable) cell.insert(0, "~");
            const double fraction = high > low ? (b.response.value - low) / (high - low) : 0;
            text += shade(fraction, fmt::format("{:^{}}", cell, cell_width), truecolour);
        }
        text += '\n';
    }
    text += fmt::format("over all architectures: {}",
                        significant(profile.base.value / scale.divisor, 6));
    const double half = (profile.base.high - profile.base.low) / 2;
    if (half > 0) text += fmt::format(" ± {}", significant(half / scale.divisor, 2));
    text += '\n';
    return text;
}

}  // namespace blockscope
