#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "blockscope/base/text.hpp"
#include "blockscope/report/block_grid.hpp"
#include "blockscope/report/drawing.hpp"
#include "blockscope/report/drawings.hpp"
#include "blockscope/report/shown_unit.hpp"
#include "blockscope/report/variance_parts.hpp"
#include "blockscope/space/placement.hpp"

namespace blockscope {
namespace {

constexpr double label_width = 92;

double width_of_labels(const std::vector<std::string>& labels) {
    std::size_t longest = 4;
    for (const auto& label : labels) longest = std::max(longest, label.size());
    return 18 + 7 * static_cast<double>(longest);
}

}  // namespace

std::string draw_heatmap(const DesignSpace& space, const Profile& p, const Figure& figure) {
    const ShownUnit unit = shown_unit(p.metric, p.base.value);
    const BlockGrid grid = block_grid(space, p);
    const Direction direction = better_direction(p.metric);
    double mean = 0, largest = 0;
    std::size_t known = 0;
    for (const auto& b : p.blocks) {
        if (std::isnan(b.response.value)) continue;
        mean += b.response.value;
        ++known;
    }
    mean /= static_cast<double>(std::max<std::size_t>(1, known));
    for (const auto& b : p.blocks) {
        if (!std::isnan(b.response.value)) {
            largest = std::max(largest, std::abs(b.response.value - mean));
        }
    }
    constexpr double cell_width = 92, cell_height = 40, top = 44;
    const double left = width_of_labels(grid.rows);
    const double width = left + cell_width * static_cast<double>(grid.columns.size()) + 8;
    Drawing d(std::max(width, 20 + 6.6 * static_cast<double>(figure.title.size())),
              top + cell_height * static_cast<double>(grid.rows.size()) + 8);
    d.text(8, 16, figure.title, "start", 12);
    for (std::size_t c = 0; c < grid.columns.size(); ++c) {
        d.text(left + cell_width * (static_cast<double>(c) + 0.5), top - 6, grid.columns[c]);
    }
    for (std::size_t r = 0; r < grid.rows.size(); ++r) {
        d.text(left - 6, top + cell_height * (static_cast<double>(r) + 0.5) + 4, grid.rows[r],
               "end");
    }
    for (const auto& [place, cell] : grid.cells) {
        const double x = left + cell_width * static_cast<double>(place.second);
        const double y = top + cell_height * static_cast<double>(place.first);
        const Estimate& e = cell->response;
        if (std::isnan(e.value)) {
            d.text(x + cell_width / 2, y + cell_height / 2 + 4, "-");
            continue;
        }
        double goodness = largest > 0 ? (e.value - mean) / largest : 0;
        if (direction == Direction::smaller_is_better) goodness = -goodness;
        d.rect(x, y, cell_width, cell_height, diverging_colour(goodness),
               cell->distinguishable ? 1 : 0.35);
        if (!cell->distinguishable) d.hatch(x, y, cell_width, cell_height);
        const double half = half_width(e) / unit.divisor;
        d.text(x + cell_width / 2, y + (half > 0 ? 18 : 24),
               (cell->distinguishable ? "" : "~") +
                   significant(e.value / unit.divisor, p.estimator == "exact" ? 6 : 5),
               "middle", 13);
        if (half > 0) {
            d.text(x + cell_width / 2, y + 33, "\u00b1 " + significant(half, 2), "middle", 10);
        }
    }
    return d.svg(figure.title, figure.caption);
}

std::string draw_placements(const DesignSpace& space, const Profile& p, const Figure& figure) {
    const ShownUnit unit = shown_unit(p.metric, p.base.value);
    const auto all = placements(space);
    if (all.empty() || all.size() != p.cells.size()) return "";
    constexpr double left = 62, right = 890, top = 44, bottom = 270;
    Drawing d(900, 310);
    d.text(8, 16, figure.title + ", difference from the mean of all networks", "start", 12);
    const std::size_t curves = 1 + p.options.percentiles.size();
    const auto estimate = [&](std::size_t i, std::size_t curve) -> Estimate {
        const Cell& cell = p.cells[i];
        const Estimate e = curve == 0 ? cell.delta
                           : curve - 1 < cell.percentile_deltas.size()
                               ? cell.percentile_deltas[curve - 1]
                               : Estimate{};
        return {e.value / unit.divisor, e.low / unit.divisor, e.high / unit.divisor};
    };
    std::vector<double> seen;
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (std::size_t c = 0; c < curves; ++c) {
            const Estimate e = estimate(i, c);
            seen.insert(seen.end(), {e.value, e.low, e.high});
        }
    }
    const Scale y = scale_over(seen, bottom, top);
    const Scale x{-1, static_cast<double>(all.size()), left, right};
    draw_y_axis(d, y, left, right, fmt::format("{} [{}]", p.metric.name, unit.name));
    d.line(left, bottom, right, bottom, "#57606a");
    const auto group_end = [&](std::size_t i) {
        return i + 1 == all.size() || all[i].unit != all[i + 1].unit ||
               all[i].layer != all[i + 1].layer || all[i].width != all[i + 1].width;
    };
    std::size_t unit_start = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const bool last = i + 1 == all.size();
        const double at = x(static_cast<double>(i) + 0.5);
        if (last || all[i].unit != all[i + 1].unit) {
            if (!last) d.line(at, top, at, bottom, "#57606a", 1);
            d.text(x(static_cast<double>(unit_start + i) / 2), top - 6,
                   fmt::format("unit {}", all[i].unit + 1));
            unit_start = i + 1;
        } else if (group_end(i)) {
            d.line(at, top, at, bottom, "#9aa4af", 0.7, "1 3");
        }
        if (i % 19 == 0) {  // the paper's ticks of its 180 placements
            d.text(x(static_cast<double>(i)), bottom + 14, paper_label(space, all[i]), "middle", 9,
                   "#57606a");
        }
    }
    for (std::size_t c = curves; c-- > 0;) {
        Drawing::Points curve, low, high;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const Estimate e = estimate(i, c);
            const double at = x(static_cast<double>(i));
            if (!std::isnan(e.value)) {
                curve.emplace_back(at, y(e.value));
                if (c == 0) d.dot(at, y(e.value), 1.5, series_colour(c));
            }
            if (!std::isnan(e.low) && !std::isnan(e.high)) {
                low.emplace_back(at, y(e.low));
                high.emplace_back(at, y(e.high));
            }
            if (!group_end(i)) continue;
            low.insert(low.end(), high.rbegin(), high.rend());
            d.area(low, series_colour(c), 0.2);
            d.curve(curve, series_colour(c), series_dash(c));
            curve.clear();
            low.clear();
            high.clear();
        }
        const double legend = 70 + 80 * static_cast<double>(c);
        d.line(legend, 301, legend + 22, 301, series_colour(c), 1.5, series_dash(c));
        d.text(legend + 26, 305,
               c == 0 ? std::string("mean") : fmt::format("{:g} %", p.options.percentiles[c - 1]),
               "start");
    }
    return d.svg(figure.title, figure.caption);
}

std::string draw_depths(const Profile& p, const Figure& figure) {
    const ShownUnit unit = shown_unit(p.metric, p.base.value);
    std::vector<double> seen;
    std::vector<std::pair<std::string, Estimate>> rows;
    int from = 0;
    for (const auto& depth : p.depths) {
        if (!std::isnan(depth.effect.value)) {
            const Estimate e{depth.effect.value / unit.divisor, depth.effect.low / unit.divisor,
                             depth.effect.high / unit.divisor};
            rows.emplace_back(
                fmt::format("U{}: {} to {} layers", depth.unit + 1, from, depth.depth), e);
            seen.insert(seen.end(), {e.value, e.low, e.high});
        }
        from = depth.depth;
    }
    const double bottom = 30 + 18 * static_cast<double>(rows.size());
    Drawing d(480, bottom + 40);
    d.text(8, 16, figure.title, "start", 12);
    const Scale x = scale_over(seen, label_width + 26, 466, true);
    draw_x_axis(d, x, bottom, 26, fmt::format("adds to {} [{}]", p.metric.name, unit.name));
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const double y = 39 + 18 * static_cast<double>(r);
        const auto& [label, e] = rows[r];
        d.text(label_width + 18, y + 4, label, "end", 10);
        if (!std::isnan(e.low)) d.line(x(e.low), y, x(e.high), y, "#1f2328", 1.5);
        d.dot(x(e.value), y, 3.2, series_colour(0));
    }
    return d.svg(figure.title, figure.caption);
}

std::string draw_variance(const Profile& p, const Figure& figure) {
    const auto bars = variance_bars(p.shares);
    const auto kinds = variance_kinds(bars);
    const double bottom = 30 + 22 * static_cast<double>(bars.size());
    const double left = label_width + 8;
    const double legend_rows = std::ceil(static_cast<double>(kinds.size()) / 3);
    Drawing d(480, bottom + 44 + 16 * legend_rows);
    d.text(8, 16, figure.title, "start", 12);
    const Scale x{0, 100, left, 466};
    draw_x_axis(d, x, bottom, 26, "share of the variance [%]");
    for (std::size_t b = 0; b < bars.size(); ++b) {
        const double y = 34 + 22 * static_cast<double>(b);
        d.text(left - 6, y + 11, bars[b].name, "end", 10);
        double from = 0;
        for (std::size_t k = 0; k < kinds.size(); ++k) {
            for (const auto& part : bars[b].parts) {
                if (part.kind != kinds[k] || part.share <= 0) continue;
                d.rect(x(from), y, x(from + 100 * part.share) - x(from), 14, series_colour(k));
                from += 100 * part.share;
            }
        }
        const Estimate& t = bars[b].total;
        if (!std::isnan(t.low) && t.high > t.low) {
            d.line(x(std::max(0.0, 100 * t.low)), y + 7, x(100 * t.high), y + 7, "#1f2328", 1.5);
        }
    }
    for (std::size_t k = 0; k < kinds.size(); ++k) {
        const double lx = 20 + 150 * static_cast<double>(k % 3);
        const double ly = bottom + 40 + 16 * static_cast<double>(k / 3);
        d.rect(lx, ly, 10, 10, series_colour(k));
        d.text(lx + 15, ly + 9, kinds[k], "start", 10);
    }
    return d.svg(figure.title, figure.caption);
}

}  // namespace blockscope
