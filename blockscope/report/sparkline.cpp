#include "blockscope/report/sparkline.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "blockscope/base/text.hpp"
#include "blockscope/report/profile_figures.hpp"
#include "blockscope/report/shown_unit.hpp"

namespace blockscope {
namespace {

constexpr std::array<const char*, 8> bars{"\u2581", "\u2582", "\u2583", "\u2584",
                                          "\u2585", "\u2586", "\u2587", "\u2588"};

/// Readable on black and on white.
const char* colour(double goodness) {
    if (goodness > 0.05) return "\x1b[38;2;58;140;210m";
    if (goodness < -0.05) return "\x1b[38;2;213;110;20m";
    return "\x1b[38;2;128;128;128m";
}

}  // namespace

std::string terminal_sparklines(const DesignSpace& space, const Profile& p, bool truecolour) {
    const ShownUnit unit = shown_unit(p.metric, p.base.value);
    double low = std::nan(""), high = std::nan("");
    for (const auto& cell : p.cells) {
        if (std::isnan(cell.delta.value)) continue;
        if (!(low <= cell.delta.value)) low = cell.delta.value;
        if (!(high >= cell.delta.value)) high = cell.delta.value;
    }
    std::string text =
        fmt::format("{} of {} at {}, {}: what a block does at each place (Equation 2)\n",
                    p.metric.name, space.name, resolution_text(p), unit.name);
    if (std::isnan(low)) return text + "nothing is known\n";
    text += fmt::format("from {} (lowest bar) to {} (highest); protocol {}, estimator {}\n",
                        significant(low / unit.divisor, 3), significant(high / unit.divisor, 3),
                        to_string(p.options.protocol), p.estimator);
    const double reach = std::max(std::abs(low), std::abs(high));
    const double sign = p.metric.direction == Direction::smaller_is_better ? -1 : 1;
    const Placement* before = nullptr;
    for (const auto& cell : p.cells) {
        const Placement& at = cell.placement;
        if (before == nullptr || before->unit != at.unit) {
            text += fmt::format("{}U{:<2} ", before == nullptr ? "" : "\n", at.unit + 1);
        } else if (before->layer != at.layer || before->width != at.width) {
            text += ' ';
        }
        before = &at;
        if (std::isnan(cell.delta.value)) {
            text += '.';
            continue;
        }
        const double share = high > low ? (cell.delta.value - low) / (high - low) : 0;
        const auto* bar = bars[std::min<std::size_t>(7, static_cast<std::size_t>(share * 8))];
        if (truecolour) {
            text += colour(reach > 0 ? sign * cell.delta.value / reach : 0);
            text += bar;
            text += "\x1b[0m";
        } else {
            text += bar;
        }
    }
    return text + "\n";
}

}  // namespace blockscope
