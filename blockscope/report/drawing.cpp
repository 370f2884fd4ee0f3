#include "blockscope/report/drawing.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "blockscope/report/html.hpp"

namespace blockscope {
namespace {

std::string path_of(const Drawing::Points& points) {
    std::string path;
    for (const auto& [x, y] : points) {
        path += fmt::format("{}{:.2f} {:.2f}", path.empty() ? "M" : "L", x, y);
    }
    return path;
}

}  // namespace

void Drawing::rect(double x, double y, double width, double height, std::string_view fill,
                   double opacity) {
    body_ += fmt::format(
        "<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" fill=\"{}\"{}/>\n", x,
        y, std::max(0.0, width), std::max(0.0, height), fill,
        opacity < 1 ? fmt::format(" fill-opacity=\"{:g}\"", opacity) : std::string());
}

void Drawing::hatch(double x, double y, double width, double height) {
    hatched_ = true;
    rect(x, y, width, height, "url(#hatch)");
}

void Drawing::line(double x1, double y1, double x2, double y2, std::string_view stroke,
                   double width, std::string_view dash) {
    body_ += fmt::format(
        "<path d=\"M{:.2f} {:.2f}L{:.2f} {:.2f}\" stroke=\"{}\" stroke-width=\"{:g}\"{} "
        "fill=\"none\"/>\n",
        x1, y1, x2, y2, stroke, width,
        dash.empty() ? std::string() : fmt::format(" stroke-dasharray=\"{}\"", dash));
}

void Drawing::curve(const Points& points, std::string_view stroke, std::string_view dash) {
    if (points.size() < 2) return;
    body_ += fmt::format(
        "<path d=\"{}\" stroke=\"{}\" stroke-width=\"1.3\"{} fill=\"none\"/>\n", path_of(points),
        stroke, dash.empty() ? std::string() : fmt::format(" stroke-dasharray=\"{}\"", dash));
}

void Drawing::area(const Points& points, std::string_view fill, double opacity) {
    if (points.size() < 3) return;
    body_ += fmt::format("<path d=\"{}Z\" fill=\"{}\" fill-opacity=\"{:g}\"/>\n", path_of(points),
                         fill, opacity);
}

void Drawing::dot(double x, double y, double radius, std::string_view fill, double opacity) {
    body_ += fmt::format(
        "<circle cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"{:g}\" fill=\"{}\"{}/>\n", x, y, radius, fill,
        opacity < 1 ? fmt::format(" fill-opacity=\"{:g}\"", opacity) : std::string());
}

void Drawing::mark(double x, double y, double radius, std::string_view fill, std::size_t i) {
    const double r = radius;
    switch (i % 4) {
        case 0:
            return dot(x, y, r, fill);
        case 1:
            return rect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r, fill);
        case 2:
            return area({{x, y - 1.4 * r}, {x + 1.4 * r, y}, {x, y + 1.4 * r}, {x - 1.4 * r, y}},
                        fill, 1);
        default:
            return area({{x, y - 1.3 * r}, {x + 1.3 * r, y + r}, {x - 1.3 * r, y + r}}, fill, 1);
    }
}

void Drawing::text(double x, double y, std::string_view words, std::string_view anchor, double size,
                   std::string_view fill, double turned) {
    body_ += fmt::format(
        "<text x=\"{:.2f}\" y=\"{:.2f}\" text-anchor=\"{}\" font-size=\"{:g}\" fill=\"{}\"{}>{}"
        "</text>\n",
        x, y, anchor, size, fill,
        turned == 0 ? std::string()
                    : fmt::format(" transform=\"rotate({:g} {:.2f} {:.2f})\"", turned, x, y),
        html(words));
}

std::string Drawing::svg(std::string_view title, std::string_view description) const {
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:g}\" height=\"{1:g}\" viewBox=\"0 0 "
        "{0:g} {1:g}\" role=\"img\" font-family=\"'DejaVu Sans', Helvetica, Arial, sans-serif\">\n"
        "<title>{2}</title>\n<desc>{3}</desc>\n{4}"
        "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n{5}</svg>\n",
        width_, height_, html(title), html(description),
        hatched_
            ? "<defs><pattern id=\"hatch\" width=\"6\" height=\"6\" "
              "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><path d=\"M0 0V6\" "
              "stroke=\"#57606a\" stroke-width=\"0.8\" stroke-opacity=\"0.5\"/></pattern></defs>\n"
            : "",
        body_);
}

std::string_view series_colour(std::size_t i) {
    constexpr std::array<std::string_view, 8> colours{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                      "#8a6d00", "#2f93cc", "#5b5b5b", "#bd8200"};
    return colours[i % colours.size()];
}

std::string_view series_dash(std::size_t i) {
    constexpr std::array<std::string_view, 4> dashes{"", "5 2", "2 2", "7 2 2 2"};
    return dashes[i % dashes.size()];
}

std::string diverging_colour(double goodness) {
    constexpr std::array<double, 3> worse{237, 160, 91}, pale{246, 246, 246}, better{111, 176, 226};
    const double t = std::clamp(std::abs(goodness), 0.0, 1.0);
    const auto& end = goodness < 0 ? worse : better;
    const auto mix = [&](std::size_t c) { return std::lround(pale[c] + (end[c] - pale[c]) * t); };
    return fmt::format("#{:02x}{:02x}{:02x}", mix(0), mix(1), mix(2));
}

Legend::Legend(std::vector<std::string> names, double left, double right) {
    double x = left + 8;
    double y = 8;
    for (auto& name : names) {
        const double width = 44 + 6.6 * static_cast<double>(name.size());
        if (x + width > right && x > left + 8) {
            x = left + 8;
            y += 16;
        }
        entries_.push_back({std::move(name), x, y});
        x += width;
    }
}

double Legend::height() const { return entries_.empty() ? 0 : entries_.back().y + 10; }

void Legend::draw(Drawing& drawing, double top, Shows shows) const {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const auto& [name, x, y] = entries_[i];
        if (shows == Shows::lines) {
            drawing.line(x, top + y, x + 22, top + y, series_colour(i), 1.5, series_dash(i));
        } else {
            drawing.mark(x + 11, top + y, 3.2, series_colour(i), i);
        }
        drawing.text(x + 28, top + y + 4, name, "start");
    }
}

Scale scale_over(const std::vector<double>& values, double from, double to, bool with_zero,
                 bool log) {
    Scale scale{std::nan(""), std::nan(""), from, to, log};
    for (const double v : values) {
        if (!std::isfinite(v) || (log && v <= 0)) continue;
        if (!(scale.low <= v)) scale.low = v;
        if (!(scale.high >= v)) scale.high = v;
    }
    if (std::isnan(scale.low)) return {0, 1, from, to};
    if (log) {
        const double air = std::max(1.05, std::pow(scale.high / scale.low, 0.04));
        scale.low /= air;
        scale.high *= air;
        return scale;
    }
    if (with_zero) {
        scale.low = std::min(scale.low, 0.0);
        scale.high = std::max(scale.high, 0.0);
    }
    const double reach = scale.high - scale.low;
    const double air = reach > 0 ? 0.04 * reach : std::max(0.5, 0.01 * std::abs(scale.low));
    if (!with_zero || scale.low < 0) scale.low -= air;
    if (!with_zero || scale.high > 0) scale.high += air;
    return scale;
}

std::vector<double> ticks(const Scale& scale, int about) {
    if (scale.log) {
        std::vector<double> all, tens;
        for (double power = std::pow(10, std::floor(std::log10(scale.low))); power <= scale.high;
             power *= 10) {
            for (const double factor : {1.0, 2.0, 5.0}) {
                const double tick = factor * power;
                if (tick < scale.low || tick > scale.high) continue;
                all.push_back(tick);
                if (factor == 1) tens.push_back(tick);
            }
        }
        return all.size() > 2 * static_cast<std::size_t>(about) ? tens : all;
    }
    const double raw = (scale.high - scale.low) / std::max(1, about);
    const double power = std::pow(10, std::floor(std::log10(raw)));
    double step = power;
    for (const double factor : {1.0, 2.0, 5.0, 10.0}) {
        step = factor * power;
        if (step >= raw) break;
    }
    std::vector<double> result;
    const double first = std::ceil(scale.low / step - 1e-9);
    for (double k = first; k * step <= scale.high + 1e-9 * step; ++k) {
        result.push_back(k == 0 ? 0 : k * step);
    }
    return result;
}

std::string tick_text(double value, const std::vector<double>& all) {
    const bool even =
        all.size() < 3 || std::abs(all[2] - 2 * all[1] + all[0]) < 1e-6 * std::abs(all[1] - all[0]);
    if (!even) return fmt::format("{:g}", value);  // of a logarithmic scale
    const double step = all.size() > 1 ? std::abs(all[1] - all[0]) : 1;
    const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 12);
    return fmt::format("{:.{}f}", value, decimals);
}

void draw_y_axis(Drawing& drawing, const Scale& y, double left, double right,
                 std::string_view title) {
    const auto all = ticks(y, 6);
    for (const double tick : all) {
        drawing.line(left, y(tick), right, y(tick), "#e6e8eb");
        drawing.text(left - 5, y(tick) + 4, tick_text(tick, all), "end", 10, "#57606a");
    }
    drawing.line(left, y.from, left, y.to, "#57606a");
    if (!title.empty()) {
        drawing.text(12, (y.from + y.to) / 2, title, "middle", 11, "#1f2328", -90);
    }
}

void draw_x_axis(Drawing& drawing, const Scale& x, double bottom, double top,
                 std::string_view title) {
    const auto all = ticks(x, 8);
    for (const double tick : all) {
        drawing.line(x(tick), bottom, x(tick), top, "#e6e8eb");
        drawing.text(x(tick), bottom + 14, tick_text(tick, all), "middle", 10, "#57606a");
    }
    drawing.line(x.from, bottom, x.to, bottom, "#57606a");
    drawing.text((x.from + x.to) / 2, bottom + 30, title);
}

}  // namespace blockscope
