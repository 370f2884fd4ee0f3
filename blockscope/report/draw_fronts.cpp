#include <algorithm>
#include <cmath>

#include "blockscope/report/attained.hpp"
#include "blockscope/report/drawing.hpp"
#include "blockscope/report/drawings.hpp"

namespace blockscope {
namespace {

/// Corners of a staircase that holds each value until the next.
Drawing::Points stairs(const std::vector<Attained>& rows, double Attained::*member, const Scale& x,
                       const Scale& y) {
    Drawing::Points points;
    for (const auto& row : rows) {
        if (std::isnan(row.*member)) continue;
        if (!points.empty()) points.emplace_back(x(row.x), points.back().second);
        points.emplace_back(x(row.x), y(row.*member));
    }
    return points;
}

}  // namespace

std::string draw_fronts(std::span<const ReportedSearch> searches, const Figure& figure) {
    const auto& objectives = searches.front().record.objectives;
    constexpr double left = 62, right = 630, top = 30, bottom = 340;
    std::vector<std::vector<Attained>> surfaces;
    std::vector<double> xs, ys;
    for (const auto& search : searches) {
        surfaces.push_back(attained(search.record));
        for (const auto& network : search.front) {
            xs.push_back(network.objectives[1].value);
            ys.push_back(network.objectives[0].value);
        }
        for (const auto& row : surfaces.back()) {
            xs.push_back(row.x);
            ys.insert(ys.end(), {row.best, row.all});
        }
    }
    const Scale x = scale_over(xs, left, right);
    const Scale y = scale_over(ys, bottom, top);
    std::vector<std::string> names;
    for (const auto& search : searches) names.push_back(search.study);
    const Legend legend(names, left, right);
    Drawing d(640, bottom + 40 + legend.height());
    d.text(8, 16, figure.title, "start", 12);
    draw_y_axis(d, y, left, right, objective_title(objectives[0]));
    draw_x_axis(d, x, bottom, top, objective_title(objectives[1]));
    for (std::size_t s = 0; s < searches.size(); ++s) {
        const auto& rows = surfaces[s];
        auto band = stairs(rows, &Attained::all, x, y);
        const auto best = stairs(rows, &Attained::best, x, y);
        band.insert(band.end(), best.rbegin(), best.rend());
        d.area(band, series_colour(s), 0.18);
        d.curve(stairs(rows, &Attained::median, x, y), series_colour(s), series_dash(s));
        for (const auto& network : searches[s].front) {
            if (!network.joint) continue;
            d.mark(x(network.objectives[1].value), y(network.objectives[0].value), 2.4,
                   series_colour(s), s);
        }
    }
    legend.draw(d, bottom + 36, Legend::Shows::lines);
    return d.svg(figure.title, figure.caption);
}

}  // namespace blockscope
