#include "blockscope/report/plots.hpp"

#include <algorithm>

#include "blockscope/report/profile_figures.hpp"

namespace blockscope {
namespace {

constexpr double character = 6.6;  // width in pixels at size 11, about

double width_of(const std::vector<std::string>& words) {
    std::size_t longest = 0;
    for (const auto& w : words) longest = std::max(longest, w.size());
    return character * static_cast<double>(longest);
}

double width_with_title(double width, const std::string& title) {
    return std::max(width, 20 + character * static_cast<double>(title.size()));
}

bool has_interval(const Estimate& e) { return !std::isnan(e.low) && e.high > e.low; }

}  // namespace

std::string draw_matrix(const Matrix& m, const Figure& figure) {
    const double left = 18 + width_of(m.rows);
    const double top = m.turned ? 34 + width_of(m.columns) : 44;
    const double width = left + m.cell_width * static_cast<double>(m.columns.size()) + 8;
    Drawing d(width_with_title(width, figure.title),
              top + m.cell_height * static_cast<double>(m.rows.size()) + 8);
    d.text(8, 16, figure.title, "start", 12);
    for (std::size_t c = 0; c < m.columns.size(); ++c) {
        const double x = left + m.cell_width * (static_cast<double>(c) + 0.5);
        if (m.turned) {
            d.text(x + 4, top - 6, m.columns[c], "start", 11, "#1f2328", -90);
        } else {
            d.text(x, top - 6, m.columns[c]);
        }
    }
    for (std::size_t r = 0; r < m.rows.size(); ++r) {
        d.text(left - 6, top + m.cell_height * (static_cast<double>(r) + 0.5) + 4, m.rows[r],
               "end");
    }
    for (const auto& cell : m.cells) {
        const double x = left + m.cell_width * static_cast<double>(cell.column);
        const double y = top + m.cell_height * static_cast<double>(cell.row);
        if (!cell.fill.empty()) {
            d.rect(x, y, m.cell_width, m.cell_height, cell.fill, cell.hatched ? 0.35 : 1);
        }
        if (cell.hatched) d.hatch(x, y, m.cell_width, m.cell_height);
        const double middle = y + m.cell_height / 2 + 4;
        if (cell.more.empty()) {
            d.text(x + m.cell_width / 2, middle, cell.words, "middle", 12);
        } else {
            d.text(x + m.cell_width / 2, middle - 6, cell.words, "middle", 12);
            d.text(x + m.cell_width / 2, middle + 9, cell.more, "middle", 10);
        }
    }
    return d.svg(figure.title, figure.caption);
}

std::string draw_intervals(const IntervalPlot& plot, const Figure& figure) {
    std::vector<std::string> labels;
    std::vector<double> seen{plot.guide};
    for (const auto& [label, e] : plot.rows) {
        labels.push_back(label);
        seen.insert(seen.end(), {e.value, e.low, e.high});
    }
    const double left = 14 + width_of(labels);
    const double bottom = 30 + 18 * static_cast<double>(plot.rows.size());
    Drawing d(width_with_title(left + 362, figure.title), bottom + 40);
    d.text(8, 16, figure.title, "start", 12);
    const Scale x = scale_over(seen, left, left + 348, plot.with_zero);
    draw_x_axis(d, x, bottom, 26, plot.x_title);
    if (plot.with_zero) d.line(x(0), 26, x(0), bottom, "#9aa4af");
    if (!std::isnan(plot.guide)) {
        d.line(x(plot.guide), 26, x(plot.guide), bottom, "#57606a", 1, "4 3");
    }
    for (std::size_t r = 0; r < plot.rows.size(); ++r) {
        const double y = 39 + 18 * static_cast<double>(r);
        const auto& [label, e] = plot.rows[r];
        d.text(left - 8, y + 4, label, "end", 10);
        if (std::isnan(e.value)) continue;
        if (has_interval(e)) d.line(x(e.low), y, x(e.high), y, "#1f2328", 1.5);
        d.dot(x(e.value), y, 3.2, series_colour(0));
    }
    return d.svg(figure.title, figure.caption);
}

std::string draw_series(const SeriesPlot& plot, const Figure& figure) {
    constexpr double left = 62, right = 630, top = 30, bottom = 320;
    std::vector<double> xs, ys;
    std::vector<std::string> names;
    for (const auto& series : plot.series) {
        names.push_back(series.name);
        for (const auto& [px, py] : series.points) {
            xs.insert(xs.end(), {px.value, px.low, px.high});
            ys.insert(ys.end(), {py.value, py.low, py.high});
        }
    }
    const Scale x = scale_over(xs, left, right, false, plot.log_x);
    const Scale y = scale_over(ys, bottom, top, false, plot.log_y);
    const Legend legend(names, left, right);
    Drawing d(width_with_title(640, figure.title), bottom + 42 + legend.height());
    d.text(8, 16, figure.title, "start", 12);
    draw_y_axis(d, y, left, right, plot.y_title);
    draw_x_axis(d, x, bottom, top, plot.x_title);
    for (const double at : plot.boundaries) d.line(x(at), top, x(at), bottom, "#57606a", 1, "1 3");
    const double from = std::max(x.low, y.low), to = std::min(x.high, y.high);
    if (plot.diagonal && from < to) d.line(x(from), y(from), x(to), y(to), "#57606a", 1, "4 3");
    for (std::size_t s = 0; s < plot.series.size(); ++s) {
        const auto& series = plot.series[s];
        const auto colour = series_colour(s);
        if (const double h = series.around_diagonal; h > 0 && from + h < to - h) {
            // cut to the plot, where both edges are inside
            d.area({{x(from + h), y(from)},
                    {x(to), y(to - h)},
                    {x(to - h), y(to)},
                    {x(from), y(from + h)}},
                   colour, 0.12);
        }
        Drawing::Points curve, low, high;
        for (const auto& [px, py] : series.points) {
            if (std::isnan(px.value) || std::isnan(py.value)) continue;
            const double at = x(px.value);
            curve.emplace_back(at, y(py.value));
            if (plot.lines && has_interval(py)) {
                low.emplace_back(at, y(py.low));
                high.emplace_back(at, y(py.high));
            }
            if (!plot.lines && has_interval(py)) d.line(at, y(py.low), at, y(py.high), colour, 0.6);
            if (!plot.lines && has_interval(px)) {
                d.line(x(px.low), y(py.value), x(px.high), y(py.value), colour, 0.6);
            }
        }
        low.insert(low.end(), high.rbegin(), high.rend());
        d.area(low, colour, 0.2);
        if (plot.lines) d.curve(curve, colour, series_dash(s));
        for (const auto& [px, py] : curve) d.mark(px, py, plot.lines ? 2 : 2.4, colour, s);
    }
    legend.draw(d, bottom + 38, plot.lines ? Legend::Shows::lines : Legend::Shows::marks);
    return d.svg(figure.title, figure.caption);
}

std::string draw_places(const DesignSpace& space, const PlacesPlot& plot, const Figure& figure) {
    const auto all = placements(space);
    constexpr double left = 62, right = 890, top = 44, bottom = 270;
    std::vector<double> seen;
    std::vector<std::string> names;
    for (const auto& curve : plot.curves) {
        if (curve.values.size() != all.size()) return "";
        names.push_back(curve.name);
        for (const auto& e : curve.values) seen.insert(seen.end(), {e.value, e.low, e.high});
    }
    if (all.empty()) return "";
    const std::string& title = plot.title.empty() ? figure.title : plot.title;
    const Legend legend(names, left, right);
    Drawing d(width_with_title(900, title), bottom + 24 + legend.height());
    d.text(8, 16, title, "start", 12);
    const Scale y = scale_over(seen, bottom, top);
    const Scale x{-1, static_cast<double>(all.size()), left, right};
    draw_y_axis(d, y, left, right, plot.y_title);
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
                   "unit " + std::to_string(all[i].unit + 1));
            unit_start = i + 1;
        } else if (group_end(i)) {
            d.line(at, top, at, bottom, "#9aa4af", 0.7, "1 3");
        }
        if (i % 19 == 0) {  // the paper's ticks of its 180 placements
            d.text(x(static_cast<double>(i)), bottom + 14, paper_label(space, all[i]), "middle", 9,
                   "#57606a");
        }
    }
    for (std::size_t c = plot.curves.size(); c-- > 0;) {
        const auto colour = series_colour(c);
        Drawing::Points curve, low, high;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const Estimate& e = plot.curves[c].values[i];
            const double at = x(static_cast<double>(i));
            if (!std::isnan(e.value)) {
                curve.emplace_back(at, y(e.value));
                if (c == 0 || !plot.lines) d.mark(at, y(e.value), plot.lines ? 1.5 : 2, colour, c);
            }
            if (!plot.lines && has_interval(e)) d.line(at, y(e.low), at, y(e.high), colour, 0.7);
            if (!std::isnan(e.low) && !std::isnan(e.high)) {
                low.emplace_back(at, y(e.low));
                high.emplace_back(at, y(e.high));
            }
            if (!group_end(i)) continue;
            low.insert(low.end(), high.rbegin(), high.rend());
            if (plot.lines) {
                d.area(low, colour, 0.2);
                d.curve(curve, colour, series_dash(c));
            }
            curve.clear();
            low.clear();
            high.clear();
        }
    }
    legend.draw(d, bottom + 22, plot.lines ? Legend::Shows::lines : Legend::Shows::marks);
    return d.svg(title, figure.caption);
}

}  // namespace blockscope
