#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/report/plots.hpp"
#include "blockscope/report/search_figures.hpp"
#include "blockscope/report/vega_lite.hpp"
#include "blockscope/search/dominance.hpp"
#include "blockscope/search/hypervolume.hpp"
#include "blockscope/stats/mean.hpp"

namespace blockscope {
namespace {

using vega_lite::Json;

void append(Costs& to, const Costs& from, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
        to.values.insert(to.values.end(), from[i].begin(), from[i].end());
    }
}

Costs front_only(const Costs& costs) {
    Costs only{costs.dimensions, {}};
    for (const auto i : front(costs, Ties::keep_first)) append(only, costs, i, i + 1);
    return only;
}

/// Hypervolume after each of `counts` networks; NaN beyond the run's end.
std::vector<double> progress(const Costs& costs, const std::vector<std::size_t>& counts,
                             const std::vector<double>& reference) {
    std::vector<double> volumes;
    Costs best{costs.dimensions, {}};
    std::size_t seen = 0;
    for (const auto count : counts) {
        if (count > costs.size()) {
            volumes.push_back(std::nan(""));
            continue;
        }
        append(best, costs, seen, count);
        seen = count;
        best = front_only(best);
        volumes.push_back(hypervolume(best, reference));
    }
    return volumes;
}

}  // namespace

Figure hypervolume_figure(std::span<const ReportedSearch> searches) {
    Figure figure;
    const auto& objectives = searches.front().record.objectives;
    if (objectives.size() < 2) return figure;
    Costs fronts{objectives.size(), {}};
    std::string unit;
    for (const auto& objective : objectives) unit += (unit.empty() ? "" : " x ") + objective.unit;
    for (const auto& search : searches) {
        for (const auto& run : search.record.runs) {
            const Costs best = front_only(run.costs);
            append(fronts, best, 0, best.size());
        }
    }
    const auto reference = worst(fronts);
    if (reference.empty() || fronts.size() == 0) return figure;

    figure.id = id_of("hypervolume " + objectives[0].metric + " " + objectives[1].metric);
    figure.title = fmt::format("hypervolume [{}] by networks asked for", unit);
    figure.caption =
        "mean over seeds with 95 % intervals; up to the worst on any front of these searches";
    Json values = Json::array();
    Json names = Json::array();
    SeriesPlot plot;
    plot.lines = true;
    plot.x_title = "networks asked for";
    plot.y_title = fmt::format("hypervolume [{}]", unit);
    for (const auto& search : searches) {
        names.push_back(search.study);
        auto& series = plot.series.emplace_back();
        series.name = search.study;
        std::size_t longest = 0;
        for (const auto& run : search.record.runs) longest = std::max(longest, run.costs.size());
        std::vector<std::size_t> counts;
        constexpr std::size_t steps = 40;
        for (std::size_t s = 1; s <= steps; ++s) {
            const std::size_t count = std::max<std::size_t>(1, longest * s / steps);
            if (counts.empty() || count > counts.back()) counts.push_back(count);
        }
        std::vector<std::vector<double>> by_run;
        for (const auto& run : search.record.runs) {
            by_run.push_back(progress(run.costs, counts, reference));
        }
        for (std::size_t c = 0; c < counts.size(); ++c) {
            std::vector<double> known;
            for (const auto& run : by_run) {
                if (!std::isnan(run[c])) known.push_back(run[c]);
            }
            if (known.empty() || known.size() * 2 < by_run.size()) continue;
            Json row{{"search", search.study}, {"networks", counts[c]}, {"seeds", known.size()}};
            const Estimate volume = mean(known);
            vega_lite::add(row, "volume", volume);
            series.points.push_back({exactly(static_cast<double>(counts[c])), volume});
            values.push_back(std::move(row));
        }
    }
    Json chart = vega_lite::chart("Hypervolume by effort. " + figure.title + ". " + figure.caption);
    chart["height"] = 240;
    chart["data"] = {{"values", std::move(values)}};
    chart["transform"] = {vega_lite::calculate("volume_text", vega_lite::with_interval("volume"))};
    const Json color{
        {"field", "search"},
        {"type", "nominal"},
        {"scale", {{"domain", names}}},
        {"legend",
         {{"title", nullptr}, {"orient", "bottom"}, {"columns", 3}, {"symbolOpacity", 1}}}};
    Json y = vega_lite::quantity("volume", plot.y_title);
    y["scale"] = {{"zero", false}};
    Json low = y;
    low["field"] = "volume_low";
    const Json tooltip = {vega_lite::line("search", "search"),
                          vega_lite::line("networks", "networks"),
                          vega_lite::line("volume_text", "hypervolume [" + unit + "]"),
                          vega_lite::line("seeds", "seeds")};
    chart["encoding"] = {{"x", vega_lite::quantity("networks", plot.x_title)},
                         {"color", color},
                         {"tooltip", tooltip}};
    chart["layer"] = {{{"mark", {{"type", "area"}, {"opacity", 0.2}}},
                       {"encoding", {{"y", low}, {"y2", {{"field", "volume_high"}}}}}},
                      {{"mark", {{"type", "line"}, {"point", {{"size", 14}}}}},
                       {"encoding", {{"y", y}, {"shape", color}}}}};
    figure.spec = vega_lite::text_of(chart);
    figure.svg = draw_series(plot, figure);
    return figure;
}

}  // namespace blockscope
