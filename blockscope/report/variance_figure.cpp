#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/report/drawings.hpp"
#include "blockscope/report/profile_figures.hpp"
#include "blockscope/report/variance_parts.hpp"
#include "blockscope/report/vega_lite.hpp"

namespace blockscope {

using vega_lite::Json;

Figure variance_figure(const ReportedProfile& reported, std::span<const ReportedProfile> among) {
    const Profile& p = reported.profile;
    const std::string name = name_of(reported, among);
    Figure figure;
    figure.id = id_of("variance " + name);
    figure.title = fmt::format("{} [% of its variance]", name);
    figure.caption = fmt::format("% of the variance over random networks; {}", facts(reported));
    const auto bars = variance_bars(p.shares);
    if (bars.empty()) return figure;
    const auto kinds = variance_kinds(bars);

    Json values = Json::array();
    Json totals = Json::array();
    std::vector<std::string> order;
    for (const auto& bar : bars) {
        order.push_back(bar.name);
        double from = 0;
        for (const auto& kind : kinds) {
            for (const auto& part : bar.parts) {
                if (part.kind != kind) continue;
                const double share = std::max(0.0, 100 * part.share);  // estimates may fall below 0
                values.push_back({{"of", bar.name},
                                  {"kind", kind},
                                  {"share", vega_lite::number(100 * part.share, 4)},
                                  {"from", vega_lite::number(from)},
                                  {"to", vega_lite::number(from + share)}});
                from += share;
            }
        }
        if (std::isnan(bar.total.value)) continue;
        Json row{{"of", bar.name}};
        vega_lite::add(row, "total", bar.total, 0.01);
        totals.push_back(std::move(row));
    }

    Json chart = vega_lite::chart(
        fmt::format("Shares of the variance. {}. {}", figure.title, figure.caption));
    chart["height"] = 22 * order.size();
    const Json y{{"field", "of"}, {"type", "ordinal"}, {"sort", nullptr}, {"title", nullptr}};
    const std::string x_title = "share of the variance of " + p.metric.name + " [%]";
    Json domain(kinds);
    chart["layer"] = {
        {{"data", {{"values", std::move(values)}}},
         {"mark", {{"type", "bar"}, {"height", 13}}},
         {"encoding",
          {{"y", y},
           {"x", {{"field", "from"}, {"type", "quantitative"}, {"title", x_title}}},
           {"x2", {{"field", "to"}}},
           {"color",
            {{"field", "kind"},
             {"type", "nominal"},
             {"scale", {{"domain", domain}}},
             {"legend", {{"title", nullptr}, {"orient", "bottom"}, {"columns", 4}}}}},
           {"tooltip",
            {vega_lite::line("of", "of"), vega_lite::line("kind", "choice"),
             vega_lite::quantity("share", "share [%]")}}}}},
        {{"data", {{"values", std::move(totals)}}},
         {"transform", {vega_lite::calculate("total_text", vega_lite::with_interval("total"))}},
         {"mark", {{"type", "rule"}, {"style", "interval"}}},
         {"encoding",
          {{"y", y},
           {"x", {{"field", "total_low"}, {"type", "quantitative"}, {"title", x_title}}},
           {"x2", {{"field", "total_high"}}},
           {"tooltip",
            {vega_lite::line("of", "of"), vega_lite::line("total_text", "share [%]")}}}}}};
    figure.spec = vega_lite::text_of(chart);
    figure.svg = draw_variance(p, figure);
    return figure;
}

}  // namespace blockscope
