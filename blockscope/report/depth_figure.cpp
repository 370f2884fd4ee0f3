#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/report/drawings.hpp"
#include "blockscope/report/profile_figures.hpp"
#include "blockscope/report/shown_unit.hpp"
#include "blockscope/report/vega_lite.hpp"

namespace blockscope {

using vega_lite::Json;

Figure depth_figure(const ReportedProfile& reported, std::span<const ReportedProfile> among) {
    const Profile& p = reported.profile;
    const ShownUnit unit = shown_unit(p.metric, p.base.value);
    const std::string name = name_of(reported, among);
    Figure figure;
    figure.id = id_of("depths " + name);
    figure.title = fmt::format("{} [{}]", name, unit.name);
    figure.caption = fmt::format("{}; {}", unit.name, facts(reported));

    Json values = Json::array();
    std::vector<std::string> order;
    int from = 0;
    for (const auto& depth : p.depths) {
        if (depth.effect.value == depth.effect.value) {  // the smallest depth has none
            Json row{
                {"step", fmt::format("U{}: {} to {} layers", depth.unit + 1, from, depth.depth)},
                {"unit", fmt::format("unit {}", depth.unit + 1)}};
            vega_lite::add(row, "effect", depth.effect, unit.divisor);
            vega_lite::add(row, "mean", depth.mean, unit.divisor);
            if (depth.count > 0) row["count"] = depth.count;
            order.push_back(row["step"]);
            values.push_back(std::move(row));
        }
        from = depth.depth;
    }
    if (values.empty()) return figure;

    Json chart = vega_lite::chart(
        fmt::format("What each further layer adds. {}. {}", figure.title, figure.caption));
    chart["height"] = 18 * values.size();
    chart["data"] = {{"values", std::move(values)}};
    chart["transform"] = {vega_lite::calculate("effect_text", vega_lite::with_interval("effect")),
                          vega_lite::calculate("mean_text", vega_lite::with_interval("mean"))};
    Json tooltip = {vega_lite::line("step", "depth"),
                    vega_lite::line("effect_text", "adds [" + unit.name + "]"),
                    vega_lite::line("mean_text", "mean at that depth")};
    if (p.estimator != "exact") tooltip.push_back(vega_lite::line("count", "networks with it"));
    const Json x_title = fmt::format("adds to {} [{}]", p.metric.name, unit.name);
    chart["encoding"] = {{"y",
                          {{"field", "step"},
                           {"type", "ordinal"},
                           {"sort", order},
                           {"title", nullptr},
                           {"axis", {{"grid", true}}}}},
                         {"tooltip", tooltip}};
    chart["layer"] = {
        {{"mark", {{"type", "rule"}, {"style", "zero"}}}, {"encoding", {{"x", {{"datum", 0}}}}}},
        {{"mark", {{"type", "rule"}, {"style", "interval"}}},
         {"encoding",
          {{"x", {{"field", "effect_low"}, {"type", "quantitative"}, {"title", x_title}}},
           {"x2", {{"field", "effect_high"}}}}}},
        {{"mark",
          {{"type", "point"}, {"filled", true}, {"size", 40}, {"opacity", 1}, {"style", "series"}}},
         {"encoding", {{"x", vega_lite::quantity("effect", x_title)}}}}};
    figure.spec = vega_lite::text_of(chart);
    figure.svg = draw_depths(p, figure);
    return figure;
}

}  // namespace blockscope
