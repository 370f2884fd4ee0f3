#include "blockscope/report/heatmap.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "blockscope/base/text.hpp"
#include "blockscope/report/block_grid.hpp"
#include "blockscope/report/shown_unit.hpp"

namespace blockscope {
namespace {

std::string resolution_text(const Profile& p) {
    if (p.resolution != 0) return fmt::format("{0}x{0}", p.resolution);
    const auto [low, high] = std::minmax_element(p.resolutions.begin(), p.resolutions.end());
    return fmt::format("{} resolutions from {} to {}", p.resolutions.size(), *low, *high);
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
    const ShownUnit scale = shown_unit(profile.metric, profile.base.value);
    std::string text = fmt::format(
        "{} of {} at {}, {}: mean over all locations (Equation 1)\n"
        "protocol {}, estimator {}",
        profile.metric.name, space.name, resolution_text(profile), scale.name,
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
    const BlockGrid grid = block_grid(space, profile);
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
            const auto found = grid.cells.find({r, c});
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
