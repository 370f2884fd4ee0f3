#include "blockscope/search/attainment.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"

namespace blockscope {
namespace {

struct Point {
    double first, second;
    std::size_t run;
};

/// Known points by their first cost.
void add_points(const Costs& costs, std::size_t run, std::vector<Point>& points) {
    if (costs.dimensions != 2) throw Error("attainment is a matter of two objectives");
    for (std::size_t i = 0; i < costs.size(); ++i) {
        const auto p = costs[i];
        if (!std::isnan(p[0]) && !std::isnan(p[1])) points.push_back({p[0], p[1], run});
    }
}

void sort_points(std::vector<Point>& points) {
    std::sort(points.begin(), points.end(),
              [](const Point& a, const Point& b) { return a.first < b.first; });
}

}  // namespace

Costs attainment_surface(std::span<const Costs> fronts, std::size_t times) {
    if (times == 0 || times > fronts.size()) {
        throw Error(fmt::format("attained {} times by {} fronts", times, fronts.size()));
    }
    std::vector<Point> points;
    for (std::size_t r = 0; r < fronts.size(); ++r) add_points(fronts[r], r, points);
    sort_points(points);
    std::vector<double> best(fronts.size(), std::numeric_limits<double>::infinity());
    std::vector<double> ordered(fronts.size());
    double reached = std::numeric_limits<double>::infinity();
    Costs corners{2, {}};
    for (std::size_t i = 0; i < points.size();) {
        const double x = points[i].first;
        for (; i < points.size() && points[i].first == x; ++i) {
            auto& own = best[points[i].run];
            own = std::min(own, points[i].second);
        }
        ordered = best;
        const auto nth = ordered.begin() + static_cast<std::ptrdiff_t>(times - 1);
        std::nth_element(ordered.begin(), nth, ordered.end());
        if (!(*nth < reached)) continue;
        reached = *nth;
        corners.values.insert(corners.values.end(), {x, reached});
    }
    return corners;
}

double mean_best(const Costs& front, double low, double high, double otherwise) {
    std::vector<Point> points;
    add_points(front, 0, points);
    sort_points(points);
    double best = otherwise;
    double from = low;
    double area = 0;
    for (const auto& point : points) {
        if (!(point.first < high)) break;
        if (point.first > from) {
            area += best * (point.first - from);
            from = point.first;
        }
        best = std::min(best, point.second);
    }
    return (area + best * (high - from)) / (high - low);
}

}  // namespace blockscope
