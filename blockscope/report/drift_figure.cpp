#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/text.hpp"
#include "blockscope/measure/median.hpp"
#include "blockscope/report/plots.hpp"
#include "blockscope/report/quality_figures.hpp"
#include "blockscope/report/vega_lite.hpp"

namespace blockscope {

using vega_lite::Json;

Figure drift_figure(const ReportedMeasurement& m, std::size_t most) {
    Figure figure;
    std::map<std::string, std::vector<double>> all;
    std::size_t count = 0;
    for (const auto& run : m.runs) {
        auto& of = all[run.resolution];
        of.insert(of.end(), run.reference.begin(), run.reference.end());
        count += run.reference.size();
    }
    if (count == 0) return figure;
    std::map<std::string, double> middles;
    std::string medians;
    for (const auto& [resolution, of] : all) {
        const double middle = middles[resolution] = median(of);
        medians += fmt::format("; median at {0}x{0}: {1} ms", resolution, significant(middle, 4));
    }
    const std::size_t per = (count + most - 1) / most;

    SeriesPlot plot;
    plot.series = {{"trusted", {}}, {"flagged", {}}};
    double lasting = 0;
    for (const auto& run : m.runs) lasting += run.seconds.empty() ? 0 : run.seconds.back();
    const double divisor = lasting < 300 ? 1 : 60;
    plot.x_title = fmt::format("{} of measuring, one run after the other",
                               divisor == 1 ? "seconds" : "minutes");
    plot.y_title = "reference network [% from its median]";
    Json values = Json::array();
    Json starts = Json::array();
    double began = 0;
    std::string doubts;
    for (std::size_t r = 0; r < m.runs.size(); ++r) {
        const auto& run = m.runs[r];
        if (run.reference.empty()) continue;
        const double middle = middles[run.resolution];
        if (began > 0) {
            plot.boundaries.push_back(began / divisor);
            starts.push_back({{"time", vega_lite::number(began / divisor)}});
        }
        if (!run.doubt.empty()) doubts += fmt::format("; {}: {}", run.name, run.doubt);
        for (std::size_t i = 0; i < run.reference.size(); i += per) {
            const std::size_t end = std::min(i + per, run.reference.size());
            const double ms = median(
                std::vector<double>{run.reference.begin() + static_cast<std::ptrdiff_t>(i),
                                    run.reference.begin() + static_cast<std::ptrdiff_t>(end)});
            const double time = (began + run.seconds[(i + end - 1) / 2]) / divisor;
            const double percent = 100 * (ms / middle - 1);
            values.push_back({{"run", fmt::format("{}, {}", r + 1, run.name)},
                              {"time", vega_lite::number(time)},
                              {"percent", vega_lite::number(percent, 4)},
                              {"ms", vega_lite::number(ms)},
                              {"state", run.doubt.empty() ? "trusted" : "flagged"}});
            if (!run.doubt.empty()) values.back()["reason"] = run.doubt;
            plot.series[run.doubt.empty() ? 0 : 1].points.push_back(
                {exactly(time), exactly(percent)});
        }
        began += std::max(run.seconds.back(), 1e-3);
    }
    figure.id = id_of("drift " + m.study);
    figure.title = fmt::format("drift of the reference network, {} [% from its median]", m.study);
    figure.caption = fmt::format(
        "{} of measuring, dotted lines between them; points are medians of neighbouring "
        "visits; latencies are corrected by what is drawn here{}{}",
        m.runs.size() == 1 ? std::string("1 run") : fmt::format("{} runs", m.runs.size()), medians,
        doubts);

    Json chart = vega_lite::chart(figure.title + ". " + figure.caption);
    chart["height"] = 200;
    const Json x = vega_lite::quantity("time", plot.x_title);
    const Json state{{"field", "state"},
                     {"type", "nominal"},
                     {"scale", {{"domain", {"trusted", "flagged"}}}},
                     {"legend", {{"title", nullptr}, {"orient", "bottom"}}}};
    chart["layer"] = {
        {{"mark", {{"type", "rule"}, {"style", "zero"}}}, {"encoding", {{"y", {{"datum", 0}}}}}},
        {{"data", {{"values", std::move(values)}}},
         {"mark", {{"type", "point"}, {"filled", true}, {"opacity", 0.8}, {"size", 20}}},
         {"encoding",
          {{"x", x},
           {"y", vega_lite::quantity("percent", plot.y_title)},
           {"color", state},
           {"shape", state},
           {"tooltip",
            {vega_lite::line("run", "run"),
             vega_lite::quantity("time", divisor == 1 ? "seconds" : "minutes"),
             vega_lite::quantity("ms", "reference [ms]"),
             vega_lite::quantity("percent", "from the median [%]"),
             vega_lite::line("state", "trust"), vega_lite::line("reason", "reason")}}}}}};
    if (!starts.empty()) {  // without any its scale would have no end
        chart["layer"].push_back(
            {{"data", {{"values", std::move(starts)}}},
             {"mark", {{"type", "rule"}, {"style", "boundary"}, {"strokeDash", {1, 3}}}},
             {"encoding", {{"x", x}}}});
    }
    figure.spec = vega_lite::text_of(chart);
    figure.svg = draw_series(plot, figure);
    return figure;
}

}  // namespace blockscope
