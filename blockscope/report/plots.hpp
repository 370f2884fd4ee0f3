#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "blockscope/report/drawing.hpp"
#include "blockscope/report/figure.hpp"
#include "blockscope/space/placement.hpp"
#include "blockscope/stats/estimate.hpp"

// The shapes that static figures share. What is NaN is left out; series go by colour and by dash or
// mark (drawing.hpp), in their order. figure: for title and description.

namespace blockscope {

/// A grid with words in its cells.
struct Matrix {
    struct Cell {
        std::size_t row = 0, column = 0;
        std::string fill;       ///< "": none
        bool hatched = false;   ///< and faded
        std::string words;      ///< in the middle
        std::string more = "";  ///< smaller, below them
    };
    std::vector<std::string> rows, columns;
    std::vector<Cell> cells;
    double cell_width = 58, cell_height = 26;
    bool turned = false;  ///< names of columns are written upwards
};
std::string draw_matrix(const Matrix& matrix, const Figure& figure);

/// Values with intervals, one below the other.
struct IntervalPlot {
    std::vector<std::pair<std::string, Estimate>> rows;
    std::string x_title;
    double guide = std::nan("");  ///< a dashed line at that value
    bool with_zero = true;
};
std::string draw_intervals(const IntervalPlot& plot, const Figure& figure);

/// Points, or lines through them.
struct SeriesPlot {
    struct Point {
        Estimate x, y;  ///< bounds: error bars, or of y a band under a line
    };
    struct Series {
        std::string name;
        std::vector<Point> points;
        double around_diagonal = std::nan("");  ///< half-width of a band around x = y
    };
    std::vector<Series> series;
    std::string x_title, y_title;
    bool lines = false;
    bool log_x = false, log_y = false;  ///< values above 0 only
    bool diagonal = false;              ///< x = y, dashed
    std::vector<double> boundaries;     ///< dotted lines at these x
};
std::string draw_series(const SeriesPlot& plot, const Figure& figure);

/// Numbers of every placement in the paper's order, with the boundaries of units and layers.
struct PlacesPlot {
    struct Curve {
        std::string name;
        std::vector<Estimate> values;  ///< by placement
    };
    std::vector<Curve> curves;
    std::string title;  ///< instead of the figure's
    std::string y_title;
    bool lines = true;  ///< else points with error bars
};
/// Empty if a curve has other placements than the space.
std::string draw_places(const DesignSpace& space, const PlacesPlot& plot, const Figure& figure);

}  // namespace blockscope
