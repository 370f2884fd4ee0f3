#include "blockscope/report/placement_axis.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/report/profile_figures.hpp"
#include "blockscope/report/vega_lite.hpp"

namespace blockscope {

using vega_lite::Json;

Json placement_row(const DesignSpace& space, const Placement& p, std::size_t i) {
    return {{"i", i},
            {"at", paper_label(space, p)},
            {"block", block_name(space, p)},
            {"unit", p.unit + 1},
            {"group", fmt::format("{}.{}.{}", p.unit + 1, p.width, p.layer + 1)}};
}

Json placement_axis(const DesignSpace& space) {
    Json labels = Json::array();
    for (const auto& p : placements(space)) labels.push_back(paper_label(space, p));
    return {{"field", "i"},
            {"type", "quantitative"},
            {"title", nullptr},
            {"scale", {{"zero", false}, {"nice", false}, {"padding", 6}}},
            {"axis",
             {{"labelExpr", vega_lite::literal(labels) + "[datum.value] || ''"},
              {"tickMinStep", 1},
              {"grid", false},
              {"labelOverlap", true},
              {"labelFlush", true}}}};
}

Json unit_parameter(const DesignSpace& space) {
    std::vector<int> options{0};
    std::vector<std::string> labels{"all"};
    for (std::size_t u = 1; u <= space.units.size(); ++u) {
        options.push_back(static_cast<int>(u));
        labels.push_back(fmt::format("{}", u));
    }
    return {{"name", "zoom"},
            {"value", 0},
            {"bind",
             {{"input", "select"}, {"options", options}, {"labels", labels}, {"name", "units "}}}};
}

const char* unit_filter() { return "zoom == 0 || datum.unit == zoom"; }

Json place_layers(const DesignSpace& space) {
    Json lines = Json::array();
    Json names = Json::array();
    const auto all = placements(space);
    std::size_t start = 0;
    for (std::size_t i = 1; i <= all.size(); ++i) {
        const bool unit = i == all.size() || all[i].unit != all[i - 1].unit;
        if (unit) {
            const std::size_t count = i - start;
            names.push_back({{"i", static_cast<double>(start) + static_cast<double>(count - 1) / 2},
                             {"unit", all[i - 1].unit + 1},
                             {"text", fmt::format("unit {}", all[i - 1].unit + 1)}});
            start = i;
        }
        if (i == all.size()) break;
        const bool layer = all[i].layer != all[i - 1].layer || all[i].width != all[i - 1].width;
        if (!unit && !layer) continue;
        lines.push_back({{"i", static_cast<double>(i) - 0.5},
                         {"unit", unit ? 0 : all[i].unit + 1},
                         {"between", unit ? "units" : "layers"}});
    }
    const Json dash{{"condition", {{"test", "datum.between == 'units'"}, {"value", {1, 0}}}},
                    {"value", {1, 3}}};
    const Json x{{"field", "i"}, {"type", "quantitative"}};
    return {
        {{"data", {{"values", lines}}},
         {"transform", {{{"filter", "zoom == 0 || datum.unit == zoom"}}}},
         {"mark", {{"type", "rule"}, {"style", "boundary"}}},
         {"encoding", {{"x", x}, {"strokeDash", dash}}}},
        {{"data", {{"values", names}}},
         {"transform", {{{"filter", unit_filter()}}}},
         {"mark", {{"type", "text"}, {"style", "quiet"}, {"dy", -6}, {"baseline", "bottom"}}},
         {"encoding",
          {{"x", x}, {"y", {{"value", 0}}}, {"text", {{"field", "text"}, {"type", "nominal"}}}}}}};
}

Json hover_layer(const Json& tooltip) {
    return {{"mark", {{"type", "rule"}, {"style", "pointer"}}},
            {"params",
             {{{"name", "hover"},
               {"select",
                {{"type", "point"},
                 {"fields", {"i"}},
                 {"nearest", true},
                 {"on", "pointerover"},
                 {"clear", "pointerout"}}}}}},
            {"encoding",
             {{"opacity",
               {{"condition", {{"param", "hover"}, {"empty", false}, {"value", 1}}}, {"value", 0}}},
              {"tooltip", tooltip}}}};
}

}  // namespace blockscope
