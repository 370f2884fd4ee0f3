#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/text.hpp"
#include "blockscope/report/plots.hpp"
#include "blockscope/report/quality_figures.hpp"
#include "blockscope/report/vega_lite.hpp"

namespace blockscope {
namespace {

using vega_lite::Json;

/// The smallest half-width that holds a share of the errors.
double holding(std::vector<double> errors, double share) {
    const auto count = static_cast<double>(errors.size());
    const auto at = std::min(errors.size(), static_cast<std::size_t>(std::ceil(share * count))) - 1;
    const auto place = errors.begin() + static_cast<std::ptrdiff_t>(at);
    std::nth_element(errors.begin(), place, errors.end());
    return *place;
}

}  // namespace

Figure predicted_figure(const ReportedMeasurement& m) {
    Figure figure;
    Json values = Json::array();
    double low = std::nan(""), high = std::nan("");
    const auto extend = [&](double v) {
        if (!(low <= v)) low = v;
        if (!(high >= v)) high = v;
    };
    std::map<std::pair<std::string_view, int>, const MeasuredNetwork*> measured;
    for (const auto& network : m.set.networks) {
        if (std::isnan(network.latency.value)) continue;
        measured[{network.arch, network.resolution}] = &network;
    }
    SeriesPlot plot;
    plot.x_title = fmt::format("measured [{}]", m.set.unit);
    plot.y_title = fmt::format("predicted [{}]", m.set.unit);
    plot.diagonal = true;
    std::string bands;
    constexpr std::size_t most = 2000;
    for (const auto& column : m.predictions) {
        SeriesPlot::Series series{column.name, {}};
        std::vector<double> errors;
        for (std::size_t i = 0; i < column.archs.size() && values.size() < most; ++i) {
            const auto found = measured.find({column.archs[i], column.resolutions[i]});
            if (found == measured.end()) continue;
            const MeasuredNetwork* network = found->second;
            Json row{
                {"by", column.name}, {"arch", network->arch}, {"resolution", network->resolution}};
            vega_lite::add(row, "predicted", column.values[i]);
            vega_lite::add(row, "measured", network->latency);
            for (const Estimate& e : {column.values[i], network->latency}) {
                for (const double v : {e.value, e.low, e.high}) {
                    if (!std::isnan(v)) extend(v);
                }
            }
            errors.push_back(std::abs(column.values[i].value - network->latency.value));
            series.points.push_back({network->latency, column.values[i]});
            values.push_back(std::move(row));
        }
        if (errors.empty()) continue;
        series.around_diagonal = holding(errors, m.set.level);
        bands += fmt::format("; +-{} {} around it hold {:g} % of the {} networks of {}",
                             significant(series.around_diagonal, 3), m.set.unit, 100 * m.set.level,
                             errors.size(), column.name);
        plot.series.push_back(std::move(series));
    }
    if (values.empty()) return figure;
    figure.id = id_of("predicted " + m.study);
    figure.title = fmt::format("predicted against measured, {} [{}]", m.study, m.set.unit);
    figure.caption = facts(m.set) + "; lines: intervals of both; dashed: they agree" + bands;
    if (values.size() == most) figure.caption += fmt::format("; the first {} networks", most);

    Json around = Json::array();
    for (const auto& series : plot.series) {
        for (const double v : {2 * low - high, 2 * high - low}) {  // beyond the axes, to be cut
            around.push_back({{"by", series.name},
                              {"v", vega_lite::number(v)},
                              {"v_low", vega_lite::number(v - series.around_diagonal)},
                              {"v_high", vega_lite::number(v + series.around_diagonal)}});
        }
    }
    // equal axes, to which the bands are cut
    const double air = high > low ? 0.03 * (high - low) : 1;
    const auto channel = [&](const char* field, const std::string& title) {
        Json c = vega_lite::quantity(field, title);
        c["scale"] = {{"domain", {vega_lite::number(low - air), vega_lite::number(high + air)}},
                      {"nice", false}};
        return c;
    };
    Json chart = vega_lite::chart(figure.title + ". " + figure.caption);
    chart["height"] = 340;
    const Json color{
        {"field", "by"},
        {"type", "nominal"},
        {"legend",
         {{"title", nullptr}, {"orient", "bottom"}, {"columns", 1}, {"symbolOpacity", 1}}}};
    const std::string& xt = plot.x_title;
    const std::string& yt = plot.y_title;
    chart["data"] = {{"values", std::move(values)}};
    chart["layer"] = {
        {{"data", {{"values", std::move(around)}}},
         {"mark", {{"type", "area"}, {"opacity", 0.12}, {"clip", true}}},
         {"encoding",
          {{"x", channel("v", xt)},
           {"y", channel("v_low", yt)},
           {"y2", {{"field", "v_high"}}},
           {"color", color}}}},
        {{"data",
          {{"values", {{{"v", vega_lite::number(low)}}, {{"v", vega_lite::number(high)}}}}}},
         {"mark", {{"type", "line"}, {"style", "guide"}}},
         {"encoding", {{"x", channel("v", xt)}, {"y", channel("v", yt)}}}},
        {{"mark", {{"type", "rule"}, {"opacity", 0.4}}},
         {"encoding",
          {{"x", channel("measured_low", xt)},
           {"x2", {{"field", "measured_high"}}},
           {"y", channel("predicted", yt)},
           {"color", color}}}},
        {{"mark", {{"type", "rule"}, {"opacity", 0.4}}},
         {"encoding",
          {{"x", channel("measured", xt)},
           {"y", channel("predicted_low", yt)},
           {"y2", {{"field", "predicted_high"}}},
           {"color", color}}}},
        {{"transform",
          {vega_lite::calculate("measured_text", vega_lite::with_interval("measured")),
           vega_lite::calculate("predicted_text", vega_lite::with_interval("predicted"))}},
         {"mark", {{"type", "point"}, {"filled", true}, {"opacity", 0.9}, {"size", 26}}},
         {"encoding",
          {{"x", channel("measured", xt)},
           {"y", channel("predicted", yt)},
           {"color", color},
           {"shape", color},
           {"tooltip",
            {vega_lite::line("by", "by"), vega_lite::line("measured_text", xt),
             vega_lite::line("predicted_text", yt), vega_lite::line("arch", "network")}}}}}};
    figure.spec = vega_lite::text_of(chart);
    figure.svg = draw_series(plot, figure);
    return figure;
}

}  // namespace blockscope
