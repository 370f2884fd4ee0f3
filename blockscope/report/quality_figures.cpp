#include "blockscope/report/quality_figures.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/text.hpp"
#include "blockscope/report/plots.hpp"
#include "blockscope/report/vega_lite.hpp"

namespace blockscope {
namespace {

using vega_lite::Json;

std::string state_of(const MeasuredNetwork& network) {
    return network.trusted ? "trusted" : "flagged";
}

}  // namespace

std::string facts(const MeasuredSet& set) {
    return fmt::format("{} of {}, {} networks, {:g} % intervals", set.metric, set.space,
                       set.networks.size(), 100 * set.level);
}

Figure spread_figure(const ReportedMeasurement& m, std::size_t most) {
    Figure figure;
    const auto& networks = m.set.networks;
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < networks.size(); ++i) {
        if (!std::isnan(networks[i].latency.value)) order.push_back(i);
    }
    if (order.empty()) return figure;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return networks[a].latency.value < networks[b].latency.value;
    });
    const bool binned = order.size() > most;
    const std::size_t per = binned ? (order.size() + most - 1) / most : 1;
    figure.id = id_of("spread " + m.study);
    figure.title = fmt::format("half-widths of intervals, {} [% of the mean]", m.study);
    figure.caption = facts(m.set);
    if (binned) {
        figure.caption += fmt::format(
            "; too many to show: each point is the median of {} networks that are next to "
            "each other in latency",
            per);
    }
    Json values = Json::array();
    SeriesPlot plot;
    plot.series = {{"trusted", {}}, {"flagged", {}}};
    plot.x_title = fmt::format("{} [{}]", m.set.metric, m.set.unit);
    plot.y_title = "half-width [% of the mean]";
    for (std::size_t i = 0; i < order.size(); i += per) {
        const std::size_t end = std::min(order.size(), i + per);
        std::vector<double> widths;
        bool trusted = true;
        for (std::size_t k = i; k < end; ++k) {
            const auto& network = networks[order[k]];
            const double width = 100 * half_width(network.latency) / network.latency.value;
            if (!std::isnan(width)) widths.push_back(width);
            trusted = trusted && network.trusted;
        }
        if (widths.empty()) continue;
        std::nth_element(widths.begin(),
                         widths.begin() + static_cast<std::ptrdiff_t>(widths.size() / 2),
                         widths.end());
        const auto& middle = networks[order[(i + end - 1) / 2]];
        const double width = widths[widths.size() / 2];
        plot.series[trusted ? 0 : 1].points.push_back(
            {exactly(middle.latency.value), exactly(width)});
        Json row{{"latency", vega_lite::number(middle.latency.value)},
                 {"width", vega_lite::number(width, 4)},
                 {"state", trusted ? "trusted" : "flagged"}};
        if (per == 1) {
            row["arch"] = middle.arch;
            row["resolution"] = middle.resolution;
            row["visits"] = middle.visits;
            if (!middle.reason.empty()) row["reason"] = middle.reason;
        }
        values.push_back(std::move(row));
    }
    Json chart = vega_lite::chart(figure.title + ". " + figure.caption);
    chart["height"] = 200;
    chart["data"] = {{"values", std::move(values)}};
    chart["mark"] = {{"type", "point"}, {"filled", true}, {"opacity", 0.8}, {"size", 26}};
    Json x = vega_lite::quantity("latency", plot.x_title);
    x["scale"] = {{"zero", false}};
    const Json state{{"field", "state"},
                     {"type", "nominal"},
                     {"scale", {{"domain", {"trusted", "flagged"}}}},
                     {"legend", {{"title", nullptr}, {"orient", "bottom"}}}};
    chart["encoding"] = {
        {"x", x},
        {"y", vega_lite::quantity("width", plot.y_title)},
        {"color", state},
        {"shape", state},
        {"tooltip",
         {vega_lite::quantity("latency", "latency [" + m.set.unit + "]"),
          vega_lite::quantity("width", "half-width [%]"), vega_lite::line("visits", "visits"),
          vega_lite::line("state", "trust"), vega_lite::line("reason", "reason"),
          vega_lite::line("arch", "network")}}};
    figure.spec = vega_lite::text_of(chart);
    figure.svg = draw_series(plot, figure);
    return figure;
}

TextTable flags_table(const ReportedMeasurement& m) {
    TextTable table;
    std::size_t flagged = 0;
    constexpr std::size_t most = 50;
    table.header = {"network", "resolution", m.set.metric + " [" + m.set.unit + "]",
                    "visits",  "trust",      "reason"};
    for (const auto& network : m.set.networks) {
        const bool failed = std::isnan(network.latency.value);
        if (network.trusted && !failed) continue;
        if (++flagged > most) continue;
        table.rows.push_back({network.arch, std::to_string(network.resolution),
                              failed ? "" : significant(network.latency.value, 4),
                              significant(network.visits, 4), failed ? "failed" : state_of(network),
                              network.reason});
    }
    table.title = fmt::format("{}: {} of {} networks failed or are flagged{}", m.study, flagged,
                              m.set.networks.size(),
                              flagged > most ? fmt::format("; the first {}", most) : std::string());
    return table;
}

}  // namespace blockscope
