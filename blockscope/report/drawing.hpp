#pragma once

#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace blockscope {

/// A static figure for paper: SVG with shapes and text only, black on white, the series' colours as
/// in the page's light theme. Coordinates in pixels from the top left.
class Drawing {
public:
    using Points = std::vector<std::pair<double, double>>;

    Drawing(double width, double height) : width_(width), height_(height) {}

    void rect(double x, double y, double width, double height, std::string_view fill,
              double opacity = 1);
    /// Diagonal lines over a rectangle: what a fade is on the screen.
    void hatch(double x, double y, double width, double height);
    void line(double x1, double y1, double x2, double y2, std::string_view stroke, double width = 1,
              std::string_view dash = "");
    void curve(const Points& points, std::string_view stroke, std::string_view dash = "");
    void area(const Points& points, std::string_view fill, double opacity);
    void dot(double x, double y, double radius, std::string_view fill, double opacity = 1);
    /// A dot, square, diamond or triangle: what tells the points of series i apart without colour.
    void mark(double x, double y, double radius, std::string_view fill, std::size_t i);
    /// anchor: start, middle or end.
    void text(double x, double y, std::string_view words, std::string_view anchor = "middle",
              double size = 11, std::string_view fill = "#1f2328", double turned = 0);

    /// The document; title and description are for those who cannot see it.
    std::string svg(std::string_view title, std::string_view description) const;

private:
    double width_, height_;
    bool hatched_ = false;
    std::string body_;
};

/// The light theme's colour of a series, again from the first after 8.
std::string_view series_colour(std::size_t i);
/// Dashes that tell series apart without colour; "" is solid.
std::string_view series_dash(std::size_t i);
/// Orange, pale, blue: from -1 (worse) over 0 to 1 (better).
std::string diverging_colour(double goodness);

/// Names of series with their colours and lines or marks, in as many rows as they need.
class Legend {
public:
    enum class Shows { lines, marks };
    Legend(std::vector<std::string> names, double left, double right);
    double height() const;
    void draw(Drawing& drawing, double top, Shows shows) const;

private:
    struct Entry {
        std::string name;
        double x = 0, y = 0;  ///< of its left end and middle, from the top
    };
    std::vector<Entry> entries_;
};

/// A quantity along an axis: values from low to high lie at pixels from to to.
struct Scale {
    double low = 0, high = 1, from = 0, to = 1;
    bool log = false;
    double operator()(double value) const {
        const double at =
            log ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
        return from + at * (to - from);
    }
};

/// A scale over all values, NaN left out, with some air; 0 to 1 for none. log: of values above 0.
Scale scale_over(const std::vector<double>& values, double from, double to, bool with_zero = false,
                 bool log = false);

/// Round numbers within a scale, about so many; of a logarithmic one 1, 2 and 5 times powers of 10.
std::vector<double> ticks(const Scale& scale, int about);
/// A tick's number with the digits that tell it from the next.
std::string tick_text(double value, const std::vector<double>& all);

/// Axis with ticks, numbers and title at the left of, or below, a plot.
void draw_y_axis(Drawing& drawing, const Scale& y, double left, double right,
                 std::string_view title);
void draw_x_axis(Drawing& drawing, const Scale& x, double bottom, double top,
                 std::string_view title);

}  // namespace blockscope
