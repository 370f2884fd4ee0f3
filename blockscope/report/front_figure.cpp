#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/report/attained.hpp"
#include "blockscope/report/drawings.hpp"
#include "blockscope/report/search_figures.hpp"
#include "blockscope/report/vega_lite.hpp"

namespace blockscope {
namespace {

using vega_lite::Json;

/// "seeds 1, 2, 3", or of many the first, the last and their number.
std::string seeds_of(const SearchRecord& record) {
    const auto& runs = record.runs;
    if (runs.size() > 12) {
        return fmt::format("{} seeds, {} to {}", runs.size(), runs.front().seed, runs.back().seed);
    }
    std::string text = runs.size() == 1 ? "seed" : "seeds";
    for (std::size_t r = 0; r < runs.size(); ++r) {
        text += fmt::format("{} {}", r == 0 ? "" : ",", runs[r].seed);
    }
    return text;
}

std::size_t seen_by(const SearchRecord& record) {
    std::size_t all = 0;
    for (const auto& run : record.runs) all += run.costs.size();
    return all;
}

}  // namespace

Figure front_figure(std::span<const ReportedSearch> searches) {
    Figure figure;
    const auto& objectives = searches.front().record.objectives;
    if (objectives.size() != 2) return figure;
    const std::string x_title = objective_title(objectives[1]);
    const std::string y_title = objective_title(objectives[0]);
    figure.id = id_of("front " + objectives[0].metric + " " + objectives[1].metric);
    figure.title = y_title + " by " + x_title;

    Json points = Json::array();
    Json surfaces = Json::array();
    Json names = Json::array();
    for (const auto& search : searches) {
        const auto& record = search.record;
        names.push_back(search.study);
        figure.caption += fmt::format(
            "{}{}: {} of {}, {}, {} networks seen{}", figure.caption.empty() ? "" : "; ",
            search.study, record.algorithm, record.space, seeds_of(record), seen_by(record),
            search.left_out == 0 ? std::string()
                                 : fmt::format(", {} networks of the seeds' fronts are "
                                               "not shown",
                                               search.left_out));
        for (const auto& limit : record.limits) figure.caption += ", " + limit;
        for (const auto& network : search.front) {
            Json row{{"search", search.study},
                     {"x", vega_lite::number(network.objectives[1].value)},
                     {"y", vega_lite::number(network.objectives[0].value)},
                     {"seed", network.seed},
                     {"joint", network.joint},
                     {"arch", network.arch},
                     {"resolution", network.resolution}};
            for (const auto& [name, k] : {std::pair{"x", 1}, std::pair{"y", 0}}) {
                const auto& e = network.objectives[static_cast<std::size_t>(k)];
                if (!std::isnan(e.low)) vega_lite::add(row, name, e);
            }
            if (!std::isnan(network.probability)) {
                row["probability"] = vega_lite::number(network.probability, 3);
            }
            if (!network.ofa.empty()) row["ofa"] = network.ofa;
            points.push_back(std::move(row));
        }
        constexpr std::size_t most_places = 1000;
        const auto surface = attained(record, most_places);
        if (surface.size() == most_places) {
            figure.caption += fmt::format(", surfaces at {} places", most_places);
        }
        for (const auto& row : surface) {
            surfaces.push_back({{"search", search.study},
                                {"x", vega_lite::number(row.x)},
                                {"best", vega_lite::number(row.best)},
                                {"median", vega_lite::number(row.median)},
                                {"all", vega_lite::number(row.all)}});
        }
    }

    Json chart = vega_lite::chart("Fronts of searches. " + figure.title + ". " + figure.caption);
    chart["height"] = 360;
    const Json scale{{"domain", names}};
    const Json color{
        {"field", "search"},
        {"type", "nominal"},
        {"scale", scale},
        {"legend",
         {{"title", nullptr}, {"orient", "bottom"}, {"columns", 3}, {"symbolOpacity", 1}}}};
    Json shape = color;
    Json x = vega_lite::quantity("x", x_title);
    x["scale"] = {{"zero", false}};
    const auto y = [&](const char* field) {
        Json channel = vega_lite::quantity(field, y_title);
        channel["scale"] = {{"zero", false}};
        return channel;
    };
    const char* step =
        objectives[1].direction == Direction::larger_is_better ? "step-before" : "step-after";
    chart["encoding"] = {{"x", x}, {"color", color}};
    chart["layer"] = {
        {{"data", {{"values", surfaces}}},
         {"mark", {{"type", "area"}, {"opacity", 0.18}, {"interpolate", step}}},
         {"encoding", {{"y", y("all")}, {"y2", {{"field", "best"}}}}}},
        {{"data", {{"values", surfaces}}},
         {"mark", {{"type", "line"}, {"interpolate", step}}},
         {"encoding", {{"y", y("median")}}}},
        {{"data", {{"values", points}}},
         {"transform",
          {vega_lite::calculate("y_text", vega_lite::with_interval("y")),
           vega_lite::calculate("x_text", vega_lite::with_interval("x"))}},
         {"mark", {{"type", "point"}, {"filled", true}, {"cursor", "pointer"}}},
         {"encoding",
          {{"y", y("y")},
           {"shape", shape},
           {"size", {{"condition", {{"test", "datum.joint"}, {"value", 44}}}, {"value", 12}}},
           {"opacity", {{"condition", {{"test", "datum.joint"}, {"value", 1}}}, {"value", 0.5}}},
           {"tooltip",
            {vega_lite::line("search", "search"), vega_lite::line("seed", "seed"),
             vega_lite::line("y_text", y_title), vega_lite::line("x_text", x_title),
             vega_lite::line("probability", "probability of the front"),
             vega_lite::line("resolution", "resolution"), vega_lite::line("arch", "network")}}}}}};
    figure.spec = vega_lite::text_of(chart);
    figure.svg = draw_fronts(searches, figure);
    return figure;
}

}  // namespace blockscope
