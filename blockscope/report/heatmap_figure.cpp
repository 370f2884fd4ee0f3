#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/text.hpp"
#include "blockscope/report/block_grid.hpp"
#include "blockscope/report/drawings.hpp"
#include "blockscope/report/profile_figures.hpp"
#include "blockscope/report/shown_unit.hpp"
#include "blockscope/report/vega_lite.hpp"

namespace blockscope {

using vega_lite::Json;

Figure heatmap_figure(const DesignSpace& space, const ReportedProfile& reported,
                      std::span<const ReportedProfile> among) {
    const Profile& p = reported.profile;
    const ShownUnit unit = shown_unit(p.metric, p.base.value);
    const BlockGrid grid = block_grid(space, p);
    const int digits = p.estimator == "exact" ? 6 : 5;

    double mean = 0;
    std::size_t known = 0;
    for (const auto& b : p.blocks) {
        if (std::isnan(b.response.value)) continue;
        mean += b.response.value;
        ++known;
    }
    mean /= static_cast<double>(std::max<std::size_t>(known, 1));

    Json values = Json::array();
    double largest = 0;
    for (const auto& [place, cell] : grid.cells) {
        const Estimate& e = cell->response;
        const bool sure = cell->distinguishable;
        const double half = half_width(e) / unit.divisor;
        largest = std::max(largest, std::isnan(e.value) ? 0 : std::abs(e.value - mean));
        Json row{{"row", grid.rows[place.first]},
                 {"column", grid.columns[place.second]},
                 {"block", cell->block}};
        vega_lite::add(row, "response", e, unit.divisor);
        row["difference"] = vega_lite::number((e.value - mean) / unit.divisor);
        row["r"] = place.first;  // order by numbers: texts would become expressions
        row["c"] = place.second;
        row["count"] = p.estimator == "exact" ? Json() : Json(cell->count);
        row["sure"] = sure;
        row["text"] = std::isnan(e.value)
                          ? "-"
                          : (sure ? "" : "~") + significant(e.value / unit.divisor, digits);
        row["half"] = half > 0 ? "\u00b1 " + significant(half, 2) : "";
        values.push_back(std::move(row));
    }
    if (largest == 0) largest = unit.divisor;

    const std::string name = name_of(reported, among);
    Figure figure;
    figure.id = id_of("blocks " + name);
    figure.title = fmt::format("{} [{}]", name, unit.name);
    figure.caption = fmt::format("{} of {}; {}", unit.name, space.name, facts(reported));

    const Direction better = p.metric.direction;
    const double reach = largest / unit.divisor;
    const Json scale{{"domain", {-reach, reach}},
                     {"domainMid", 0},
                     {"interpolate", "rgb"},
                     {"range", better == Direction::neither ? "ramp" : "diverging"},
                     {"reverse", better == Direction::smaller_is_better}};
    const Json tooltip = {vega_lite::line("block", "block"),
                          vega_lite::line("response_text", "response [" + unit.name + "]"),
                          vega_lite::line("difference_text", "minus mean of blocks"),
                          vega_lite::line("count", "networks with it"),
                          vega_lite::line("sure_text", "differs from the mean")};
    Json chart = vega_lite::chart(
        fmt::format("Heatmap of block responses. {}. {}", figure.title, figure.caption));
    chart["width"] = {{"step", 92}};
    chart["height"] = {{"step", 40}};
    chart["data"] = {{"values", std::move(values)}};
    chart["transform"] = {
        vega_lite::calculate("response_text", vega_lite::with_interval("response")),
        vega_lite::calculate("difference_text",
                             "datum.difference == null ? '' : format(datum.difference, '+.4~r')"),
        vega_lite::calculate("sure_text", "datum.sure ? 'yes' : 'cannot be told'")};
    chart["encoding"] = {
        {"x",
         {{"field", "column"},
          {"type", "ordinal"},
          {"sort", {{"field", "c"}, {"op", "min"}}},
          {"title", nullptr},
          {"axis", {{"orient", "top"}, {"labelAngle", 0}, {"domain", false}, {"ticks", false}}}}},
        {"y",
         {{"field", "row"},
          {"type", "ordinal"},
          {"sort", {{"field", "r"}, {"op", "min"}}},
          {"title", nullptr},
          {"axis", {{"domain", false}, {"ticks", false}}}}},
        {"tooltip", tooltip}};
    const Json fade{{"condition", {{"test", "datum.sure"}, {"value", 1}}}, {"value", 0.3}};
    chart["layer"] = {{{"mark", "rect"},
                       {"encoding",
                        {{"color",
                          {{"field", "difference"},
                           {"type", "quantitative"},
                           {"title", "minus mean"},
                           {"scale", scale},
                           {"legend", {{"gradientLength", 80}, {"tickCount", 3}}}}},
                         {"opacity", fade}}}},
                      {{"mark", {{"type", "text"}, {"dy", -6}, {"fontSize", 13}}},
                       {"encoding", {{"text", {{"field", "text"}, {"type", "nominal"}}}}}},
                      {{"mark", {{"type", "text"}, {"dy", 10}, {"fontSize", 10}}},
                       {"encoding", {{"text", {{"field", "half"}, {"type", "nominal"}}}}}}};
    figure.spec = vega_lite::text_of(chart);
    figure.svg = draw_heatmap(space, p, figure);
    return figure;
}

}  // namespace blockscope
