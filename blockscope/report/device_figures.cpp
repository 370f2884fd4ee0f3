#include "blockscope/report/device_figures.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/insight/insight.hpp"
#include "blockscope/profile/agreement.hpp"
#include "blockscope/report/insight_cards.hpp"
#include "blockscope/report/plots.hpp"
#include "blockscope/report/shown_unit.hpp"
#include "blockscope/report/vega_lite.hpp"

namespace blockscope {
namespace {

using vega_lite::Json;

/// Without the resolution, which the title has.
std::string short_name(const ReportedProfile& reported, std::span<const ReportedProfile> among) {
    std::string name = name_of(reported, among);
    const std::string at = " at " + resolution_text(reported.profile);
    return name.replace(name.rfind(at), at.size(), "");
}

std::vector<Agreement> placement_agreements(std::span<const ReportedProfile> profiles) {
    std::vector<Profile> plain;
    for (const auto& reported : profiles) {
        plain.push_back(reported.profile);
        plain.back().metric.name = short_name(reported, profiles);
    }
    const std::vector<MetricValues> none(plain.size());
    auto all = agreements(plain, none, profiles.front().profile.options.level);
    std::erase_if(all, [](const Agreement& a) { return a.over != Agreement::Over::placements; });
    return all;
}

/// A rectangle by its Spearman, blue for the same order, with the number on it.
Json correlation_cells() {
    return {{{"mark", "rect"},
             {"encoding",
              {{"color",
                {{"field", "spearman"},
                 {"type", "quantitative"},
                 {"title", "Spearman"},
                 {"scale",
                  {{"domain", {-1, 1}},
                   {"domainMid", 0},
                   {"interpolate", "rgb"},
                   {"range", "diverging"}}},
                 {"legend", {{"gradientLength", 80}, {"tickCount", 3}}}}}}}},
            {{"mark", "text"}, {"encoding", {{"text", {{"field", "text"}, {"type", "nominal"}}}}}}};
}

std::string rank_text(double rank) { return std::isnan(rank) ? "-" : significant(rank, 2); }
std::string rank_colour(double rank) { return std::isnan(rank) ? "" : diverging_colour(rank); }

std::string interval_text(const Estimate& e) {
    return std::isnan(e.low) ? "" : significant(e.low, 2) + " to " + significant(e.high, 2);
}

std::string caption_of(std::span<const ReportedProfile> profiles) {
    return fmt::format(
        "Spearman over placements' deltas, {:g} % intervals of the deltas' errors; {}",
        100 * profiles.front().profile.options.level, facts(profiles.front()));
}

}  // namespace

Figure correlation_figure(std::span<const ReportedProfile> profiles) {
    Figure figure;
    if (profiles.size() < 2) return figure;
    figure.id = id_of("correlations " + resolution_text(profiles.front().profile));
    figure.title =
        "do metrics order placements alike? at " + resolution_text(profiles.front().profile);
    figure.caption = caption_of(profiles);
    std::vector<std::string> names;
    for (const auto& reported : profiles) names.push_back(short_name(reported, profiles));
    const auto place = [&](const std::string& name) {
        return std::find(names.begin(), names.end(), name) - names.begin();
    };
    Json values = Json::array();
    Matrix matrix{names, names, {}, 92, 36, true};
    for (const auto& a : placement_agreements(profiles)) {
        if (a.unit >= 0) continue;
        for (const bool turned : {false, true}) {
            Json row{{"a", turned ? a.metric_b : a.metric_a},
                     {"b", turned ? a.metric_a : a.metric_b}};
            row["r"] = place(row["a"]);
            row["c"] = place(row["b"]);
            vega_lite::add(row, "spearman", a.spearman);
            vega_lite::add(row, "kendall", a.kendall);
            const std::string text = rank_text(a.spearman.value);
            row["text"] = text;
            matrix.cells.push_back({row["r"].get<std::size_t>(), row["c"].get<std::size_t>(),
                                    rank_colour(a.spearman.value), false, text,
                                    interval_text(a.spearman)});
            values.push_back(std::move(row));
        }
    }
    if (values.empty()) return figure;
    Json chart = vega_lite::chart(figure.title + ". " + figure.caption);
    chart["width"] = {{"step", 58}};
    chart["height"] = {{"step", 30}};
    chart["data"] = {{"values", std::move(values)}};
    chart["transform"] = {
        vega_lite::calculate("spearman_text", vega_lite::with_interval("spearman")),
        vega_lite::calculate("kendall_text", vega_lite::with_interval("kendall"))};
    const auto axis = [](const char* field, const char* order, double angle) {
        return Json{
            {"field", field},
            {"type", "ordinal"},
            {"sort", {{"field", order}, {"op", "min"}}},
            {"title", nullptr},
            {"axis",
             {{"domain", false}, {"ticks", false}, {"labelAngle", angle}, {"labelLimit", 260}}}};
    };
    chart["encoding"] = {{"x", axis("b", "c", -40)},
                         {"y", axis("a", "r", 0)},
                         {"tooltip",
                          {vega_lite::line("a", "of"), vega_lite::line("b", "and"),
                           vega_lite::line("spearman_text", "Spearman"),
                           vega_lite::line("kendall_text", "Kendall")}}};
    chart["layer"] = correlation_cells();
    figure.spec = vega_lite::text_of(chart);
    figure.svg = draw_matrix(matrix, figure);
    return figure;
}

Figure disagreement_figure(std::span<const ReportedProfile> profiles) {
    Figure figure;
    std::vector<ReportedProfile> times;
    for (const auto& reported : profiles) {
        if (reported.profile.metric.unit == "ms") times.push_back(reported);
    }
    if (times.size() < 2) return figure;
    figure.id = id_of("disagreement " + resolution_text(profiles.front().profile));
    figure.title = "where devices disagree, at " + resolution_text(profiles.front().profile);
    figure.caption = "by unit; " + caption_of(times);
    Json values = Json::array();
    Matrix matrix;
    const auto place = [](std::vector<std::string>& names, const std::string& name) {
        const auto found = std::find(names.begin(), names.end(), name);
        const auto at = static_cast<std::size_t>(found - names.begin());
        if (found == names.end()) names.push_back(name);
        return at;
    };
    for (const auto& a : placement_agreements(times)) {
        if (a.unit < 0 || std::isnan(a.spearman.value)) continue;
        Json row{{"pair", a.metric_a + " and " + a.metric_b},
                 {"unit", fmt::format("unit {}", a.unit + 1)}};
        vega_lite::add(row, "spearman", a.spearman);
        row["text"] = rank_text(a.spearman.value);
        matrix.cells.push_back({place(matrix.rows, row["pair"]), place(matrix.columns, row["unit"]),
                                rank_colour(a.spearman.value), false, row["text"], ""});
        values.push_back(std::move(row));
    }
    if (values.empty()) return figure;
    Json chart = vega_lite::chart(figure.title + ". " + figure.caption);
    chart["width"] = {{"step", 58}};
    chart["height"] = {{"step", 24}};
    chart["data"] = {{"values", std::move(values)}};
    chart["transform"] = {
        vega_lite::calculate("spearman_text", vega_lite::with_interval("spearman"))};
    const Json axis{{"domain", false}, {"ticks", false}, {"labelAngle", 0}, {"labelLimit", 320}};
    const auto channel = [&axis](const char* field) {
        return Json{{"field", field},
                    {"type", "ordinal"},
                    {"sort", nullptr},
                    {"title", nullptr},
                    {"axis", axis}};
    };
    chart["encoding"] = {{"x", channel("unit")},
                         {"y", channel("pair")},
                         {"tooltip",
                          {vega_lite::line("pair", "devices"), vega_lite::line("unit", "unit"),
                           vega_lite::line("spearman_text", "Spearman")}}};
    chart["layer"] = correlation_cells();
    figure.spec = vega_lite::text_of(chart);
    figure.svg = draw_matrix(matrix, figure);
    return figure;
}

CommonRestriction common_restriction(const DesignSpace& space,
                                     std::span<const ReportedProfile> profiles) {
    CommonRestriction result;
    const Profile* benefit = nullptr;
    std::vector<const ReportedProfile*> devices;
    for (const auto& reported : profiles) {
        const bool larger = reported.profile.metric.direction == Direction::larger_is_better;
        if (larger && benefit == nullptr) benefit = &reported.profile;
        if (reported.profile.metric.unit == "ms") devices.push_back(&reported);
    }
    if (benefit == nullptr || devices.size() < 2) return result;
    DesignSpace common = space;
    for (auto& unit : common.units) {
        unit.depths = unit.widths = 0;
        for (auto& bits : unit.blocks) bits = 0;
    }
    result.table.title = fmt::format(
        "What pruning for each device alone would remove (keeping {}, strength 0.5), and what all "
        "want "
        "removed",
        benefit->metric.name);
    result.table.header = {"device", "networks left", "removed [%]"};
    std::string names;
    try {
        for (const auto* device : devices) {
            const Pruning pruning = prune(space, *benefit, &device->profile, {});
            const std::string name = short_name(*device, profiles);
            names += (names.empty() ? "" : ", ") + name;
            result.table.rows.push_back(
                {name, size(pruning.space).total, significant(100 * pruning.removed, 6)});
            for (std::size_t u = 0; u < common.units.size(); ++u) {
                Unit& to = common.units[u];
                const Unit& from = pruning.space.units[u];
                to.depths |= from.depths;
                to.widths |= from.widths;
                for (std::size_t l = 0; l < to.blocks.size(); ++l) to.blocks[l] |= from.blocks[l];
            }
        }
    } catch (const Error&) {  // not under `definition`, without intervals, or nothing varies
        return {};
    }
    common.name = "what all devices want";
    const double left = std::pow(10, size(common).log10_total - size(space).log10_total);
    result.table.rows.push_back(
        {"all of them", size(common).total, significant(100 * (1 - left), 6)});
    result.figure = restriction_figure(space, common, "for all devices");
    result.figure.caption += fmt::format("; cut only what is cut for each of {}", names);
    return result;
}

}  // namespace blockscope
