#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "blockscope/base/text.hpp"
#include "blockscope/report/block_grid.hpp"
#include "blockscope/report/drawing.hpp"
#include "blockscope/report/drawings.hpp"
#include "blockscope/report/plots.hpp"
#include "blockscope/report/shown_unit.hpp"
#include "blockscope/report/variance_parts.hpp"

namespace blockscope {
namespace {

Estimate divided(const Estimate& e, double by) { return {e.value / by, e.low / by, e.high / by}; }

}  // namespace

std::string draw_heatmap(const DesignSpace& space, const Profile& p, const Figure& figure) {
    const ShownUnit unit = shown_unit(p.metric, p.base.value);
    const BlockGrid grid = block_grid(space, p);
    const Direction direction = p.metric.direction;
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
    Matrix matrix{grid.rows, grid.columns, {}, 92, 40};
    for (const auto& [place, cell] : grid.cells) {
        const Estimate& e = cell->response;
        Matrix::Cell drawn{place.first, place.second, "", false, "-"};
        if (!std::isnan(e.value)) {
            double goodness = largest > 0 ? (e.value - mean) / largest : 0;
            if (direction == Direction::smaller_is_better) goodness = -goodness;
            const double half = half_width(e) / unit.divisor;
            drawn.fill = diverging_colour(goodness);
            drawn.hatched = !cell->distinguishable;
            drawn.words = (cell->distinguishable ? "" : "~") +
                          significant(e.value / unit.divisor, p.estimator == "exact" ? 6 : 5);
            if (half > 0) drawn.more = "\u00b1 " + significant(half, 2);
        }
        matrix.cells.push_back(std::move(drawn));
    }
    return draw_matrix(matrix, figure);
}

std::string draw_placements(const DesignSpace& space, const Profile& p, const Figure& figure) {
    const ShownUnit unit = shown_unit(p.metric, p.base.value);
    PlacesPlot plot;
    plot.title = figure.title + ", difference from the mean of all networks";
    plot.y_title = fmt::format("{} [{}]", p.metric.name, unit.name);
    for (std::size_t c = 0; c <= p.options.percentiles.size(); ++c) {
        auto& curve = plot.curves.emplace_back();
        curve.name = c == 0 ? "mean" : fmt::format("{:g} %", p.options.percentiles[c - 1]);
        for (const auto& cell : p.cells) {
            const bool known = c <= cell.percentile_deltas.size();
            curve.values.push_back(divided(c == 0  ? cell.delta
                                           : known ? cell.percentile_deltas[c - 1]
                                                   : Estimate{},
                                           unit.divisor));
        }
    }
    return draw_places(space, plot, figure);
}

std::string draw_depths(const Profile& p, const Figure& figure) {
    const ShownUnit unit = shown_unit(p.metric, p.base.value);
    IntervalPlot plot;
    plot.x_title = fmt::format("adds to {} [{}]", p.metric.name, unit.name);
    int from = 0;
    for (const auto& depth : p.depths) {
        if (!std::isnan(depth.effect.value)) {
            plot.rows.emplace_back(
                fmt::format("U{}: {} to {} layers", depth.unit + 1, from, depth.depth),
                divided(depth.effect, unit.divisor));
        }
        from = depth.depth;
    }
    return draw_intervals(plot, figure);
}

std::string draw_variance(const Profile& p, const Figure& figure) {
    const auto bars = variance_bars(p.shares);
    const auto kinds = variance_kinds(bars);
    const double bottom = 30 + 22 * static_cast<double>(bars.size());
    constexpr double left = 100;
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
