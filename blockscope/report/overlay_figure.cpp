#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/report/placement_axis.hpp"
#include "blockscope/report/plots.hpp"
#include "blockscope/report/profile_figures.hpp"
#include "blockscope/report/vega_lite.hpp"

namespace blockscope {

using vega_lite::Json;

Figure overlay_figure(const DesignSpace& space, std::span<const ReportedProfile> profiles) {
    Figure figure;
    const Profile& first = profiles.front().profile;
    figure.id = id_of(fmt::format("overlay {}", resolution_text(first)));
    figure.title = fmt::format("All metrics at {} [% of each one's mean]", resolution_text(first));
    figure.caption =
        "Equation 2 in per cent of the metric's mean over all networks, with intervals. Click "
        "names "
        "in the legend to see them alone, with the shift key several.";

    Json values = Json::array();
    std::vector<std::string> names;
    PlacesPlot plot;
    plot.y_title = "difference [% of the mean]";
    for (const auto& reported : profiles) {
        const Profile& p = reported.profile;
        if (!(std::abs(p.base.value) > 0)) continue;
        names.push_back(name_of(reported, profiles));
        figure.caption += fmt::format(" {}: {}.", names.back(), facts(reported));
        const double percent = std::abs(p.base.value) / 100;
        auto& curve = plot.curves.emplace_back(PlacesPlot::Curve{names.back(), {}});
        for (std::size_t i = 0; i < p.cells.size(); ++i) {
            Json row = placement_row(space, p.cells[i].placement, i);
            row["metric"] = names.back();
            const Estimate& delta = p.cells[i].delta;
            vega_lite::add(row, "delta", delta, percent);
            curve.values.push_back(
                {delta.value / percent, delta.low / percent, delta.high / percent});
            values.push_back(std::move(row));
        }
    }
    if (names.size() < 2) return figure;

    Json chart = vega_lite::chart(figure.title + ". " + figure.caption);
    chart["height"] = 280;
    chart["params"] = {unit_parameter(space)};
    chart["data"] = {{"values", std::move(values)}};
    chart["transform"] = {{{"filter", unit_filter()}},
                          vega_lite::calculate("delta_text", vega_lite::with_interval("delta"))};
    const Json domain(names);
    const Json legend{
        {"title", nullptr}, {"orient", "bottom"}, {"columns", 3}, {"symbolOpacity", 1}};
    const Json color{{"field", "metric"},
                     {"type", "nominal"},
                     {"scale", {{"domain", domain}}},
                     {"legend", legend}};
    const Json shown{{"condition", {{"param", "shown"}, {"value", 1}}}, {"value", 0.04}};
    const Json faint{{"condition", {{"param", "shown"}, {"value", 0.2}}}, {"value", 0.01}};
    const Json group{{"field", "group"}, {"type", "nominal"}};
    chart["encoding"] = {{"x", placement_axis(space)}};
    Json layers = place_layers(space);
    layers.push_back(
        {{"mark", {{"type", "area"}}},
         {"encoding",
          {{"y", {{"field", "delta_low"}, {"type", "quantitative"}, {"title", plot.y_title}}},
           {"y2", {{"field", "delta_high"}}},
           {"color", color},
           {"detail", group},
           {"opacity", faint}}}});
    layers.push_back(
        {{"params",
          {{{"name", "shown"},
            {"select", {{"type", "point"}, {"fields", {"metric"}}}},
            {"bind", "legend"}}}},
         {"mark", {{"type", "line"}, {"point", {{"size", 18}}}}},
         {"encoding",
          {{"y", {{"field", "delta"}, {"type", "quantitative"}, {"title", plot.y_title}}},
           {"shape",
            {{"field", "metric"},
             {"type", "nominal"},
             {"scale", {{"domain", domain}}},
             {"legend", legend}}},
           {"color", color},
           {"detail", group},
           {"opacity", shown},
           {"tooltip",
            {vega_lite::line("metric", "metric"), vega_lite::line("at", "placement"),
             vega_lite::line("block", "block"),
             vega_lite::line("delta_text", "difference [%]")}}}}});
    chart["layer"] = std::move(layers);
    figure.spec = vega_lite::text_of(chart);
    figure.svg = draw_places(space, plot, figure);
    return figure;
}

}  // namespace blockscope
