#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/profile/profile_comparison.hpp"
#include "blockscope/report/device_figures.hpp"
#include "blockscope/report/placement_axis.hpp"
#include "blockscope/report/plots.hpp"
#include "blockscope/report/vega_lite.hpp"

namespace blockscope {
namespace {

using vega_lite::Json;

std::string both_names(const ReportedProfile& first, const ReportedProfile& second) {
    return fmt::format("{} at {}, {} minus {}", second.profile.metric.name,
                       resolution_text(second.profile), second.study, first.study);
}

std::string shown(const Estimate& e) {
    if (std::isnan(e.value)) return "";
    return fmt::format("{} ({} to {})", significant(e.value, 4), significant(e.low, 4),
                       significant(e.high, 4));
}

}  // namespace

Figure difference_figure(const DesignSpace& space, const ReportedProfile& first,
                         const ReportedProfile& second) {
    Figure figure;
    try {
        const auto comparison =
            compare_profiles(space, first.profile, second.profile, first.profile.options.level);
        figure.id = id_of("difference " + both_names(first, second));
        figure.title = fmt::format("{} [{}]", both_names(first, second), comparison.unit);
        figure.caption = fmt::format(
            "differences of placements' deltas, {:g} % intervals; verdicts hold for all at once; "
            "{}: {}; "
            "{}: {}",
            100 * comparison.level, first.study, facts(first), second.study, facts(second));
        Json values = Json::array();
        PlacesPlot plot;
        plot.lines = false;
        plot.y_title = fmt::format("difference [{}]", comparison.unit);
        for (const char* verdict : {"lower", "undecided", "higher"}) {
            plot.curves.push_back(
                {verdict, std::vector<Estimate>(first.profile.cells.size(), Estimate{})});
        }
        std::size_t i = 0;
        for (const auto& d : comparison.differences) {
            if (d.of != ProfileDifference::Of::placement) continue;
            const Placement& p = first.profile.cells.at(i).placement;
            plot.curves[static_cast<std::size_t>(d.verdict)].values[i] = d.difference;
            Json row = placement_row(space, p, i++);
            vega_lite::add(row, "difference", d.difference);
            vega_lite::add(row, "first", d.first);
            vega_lite::add(row, "second", d.second);
            row["verdict"] = to_string(d.verdict);
            values.push_back(std::move(row));
        }
        if (values.empty()) return figure;
        Json chart = vega_lite::chart(figure.title + ". " + figure.caption);
        chart["height"] = 240;
        chart["params"] = {unit_parameter(space)};
        chart["data"] = {{"values", std::move(values)}};
        chart["transform"] = {
            {{"filter", unit_filter()}},
            vega_lite::calculate("difference_text", vega_lite::with_interval("difference")),
            vega_lite::calculate("first_text", vega_lite::with_interval("first")),
            vega_lite::calculate("second_text", vega_lite::with_interval("second"))};
        chart["encoding"] = {{"x", placement_axis(space)}};
        const Json verdicts = {"lower", "undecided", "higher"};
        const Json color{
            {"field", "verdict"},
            {"type", "nominal"},
            {"scale", {{"domain", verdicts}}},
            {"legend", {{"title", nullptr}, {"orient", "bottom"}, {"symbolOpacity", 1}}}};
        const Json tooltip = {vega_lite::line("at", "placement"),
                              vega_lite::line("block", "block"),
                              vega_lite::line("first_text", first.study),
                              vega_lite::line("second_text", second.study),
                              vega_lite::line("difference_text", "difference"),
                              vega_lite::line("verdict", "verdict")};
        Json layers = place_layers(space);
        layers.push_back({{"mark", {{"type", "rule"}, {"style", "zero"}}},
                          {"encoding", {{"y", {{"datum", 0}}}, {"x", nullptr}}}});
        layers.back()["encoding"].erase("x");
        layers.push_back({{"mark", {{"type", "rule"}, {"opacity", 0.5}}},
                          {"encoding",
                           {{"y", vega_lite::quantity("difference_low", plot.y_title)},
                            {"y2", {{"field", "difference_high"}}},
                            {"color", color}}}});
        layers.push_back(
            {{"mark", {{"type", "point"}, {"filled", true}, {"opacity", 1}, {"size", 18}}},
             {"encoding",
              {{"y", vega_lite::quantity("difference", plot.y_title)},
               {"color", color},
               {"shape", color},
               {"tooltip", tooltip}}}});
        chart["layer"] = std::move(layers);
        figure.spec = vega_lite::text_of(chart);
        figure.svg = draw_places(space, plot, figure);
    } catch (const Error&) {  // other protocols: nothing to compare
        figure.spec.clear();
    }
    return figure;
}

TextTable difference_table(const DesignSpace& space, const ReportedProfile& first,
                           const ReportedProfile& second) {
    TextTable table;
    try {
        const auto comparison =
            compare_profiles(space, first.profile, second.profile, first.profile.options.level);
        table.title = fmt::format(
            "{}: mean, blocks and depths [{}], {:g} % intervals, verdicts for all "
            "of a kind at once",
            both_names(first, second), comparison.unit, 100 * comparison.level);
        table.header = {"of", "what", first.study, second.study, "difference", "p", "verdict"};
        for (const auto& d : comparison.differences) {
            if (d.of == ProfileDifference::Of::placement) continue;
            std::string what = d.block;
            if (d.of == ProfileDifference::Of::depth) {
                what = fmt::format("unit {}, layer {}", d.unit + 1, d.depth);
            }
            table.rows.push_back({std::string(to_string(d.of)), what, shown(d.first),
                                  shown(d.second), shown(d.difference), significant(d.p_value, 2),
                                  std::string(to_string(d.verdict))});
        }
    } catch (const Error&) {
        table.rows.clear();
    }
    return table;
}

TextTable largest_differences(const DesignSpace& space, const ReportedProfile& first,
                              const ReportedProfile& second, std::size_t most) {
    TextTable table;
    try {
        const auto comparison =
            compare_profiles(space, first.profile, second.profile, first.profile.options.level);
        struct Place {
            const ProfileDifference* difference;
            std::string label;
            bool certain;
        };
        std::vector<Place> places;
        std::size_t certain = 0;
        for (const auto& d : comparison.differences) {
            if (d.of != ProfileDifference::Of::placement) continue;
            const Placement& p = first.profile.cells.at(places.size()).placement;
            places.push_back(
                {&d, label(space, p), d.verdict != ProfileDifference::Verdict::undecided});
            if (places.back().certain) ++certain;
        }
        const std::size_t all = places.size();
        std::erase_if(places,
                      [](const Place& p) { return std::isnan(p.difference->difference.value); });
        std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
            if (a.certain != b.certain) return a.certain;
            return std::abs(a.difference->difference.value) >
                   std::abs(b.difference->difference.value);
        });
        if (places.size() > most) places.resize(most);
        table.title = fmt::format(
            "{}: what differs most [{}]; {} of {} placements differ for certain (verdicts for all "
            "at once at {:g} %)",
            both_names(first, second), comparison.unit, certain, all, 100 * comparison.level);
        table.header = {"placement", first.study, second.study, "difference", "p", "verdict"};
        for (const auto& [d, where, sure] : places) {
            table.rows.push_back({where, shown(d->first), shown(d->second), shown(d->difference),
                                  significant(d->p_value, 2), std::string(to_string(d->verdict))});
        }
    } catch (const Error&) {  // other protocols: nothing to compare
        table.rows.clear();
    }
    return table;
}

}  // namespace blockscope
