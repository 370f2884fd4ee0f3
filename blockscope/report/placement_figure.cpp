#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/report/drawings.hpp"
#include "blockscope/report/placement_axis.hpp"
#include "blockscope/report/profile_figures.hpp"
#include "blockscope/report/shown_unit.hpp"
#include "blockscope/report/vega_lite.hpp"
#include "blockscope/space/placement.hpp"

namespace blockscope {
namespace {

using vega_lite::Json;

/// "mean", "5 %", "95 %".
std::string percentile_name(double p) { return fmt::format("{:g} %", p); }

Json row_of(const DesignSpace& space, const Cell& cell, std::size_t i, std::size_t percentiles,
            double divisor) {
    Json row = placement_row(space, cell.placement, i);
    vega_lite::add(row, "mean", cell.mean, divisor);
    vega_lite::add(row, "mean_delta", cell.delta, divisor);
    for (std::size_t k = 0; k < std::min(percentiles, cell.percentiles.size()); ++k) {
        vega_lite::add(row, fmt::format("q{}", k), cell.percentiles[k], divisor);
        vega_lite::add(row, fmt::format("q{}_delta", k), cell.percentile_deltas[k], divisor);
    }
    if (cell.count > 0) row["count"] = cell.count;
    row["sure"] = cell.distinguishable;
    return row;
}

Json select(const char* name, const char* label, const std::vector<std::string>& options) {
    return {{"name", name},
            {"value", options.front()},
            {"bind", {{"input", "select"}, {"options", options}, {"name", label}}}};
}

}  // namespace

Figure placement_figure(const DesignSpace& space, std::span<const ReportedProfile> same) {
    const Profile& first = same.front().profile;
    const ShownUnit unit = shown_unit(first.metric, first.base.value);
    std::vector<std::string> variants;
    std::size_t percentiles = first.options.percentiles.size();
    Json values = Json::array();
    std::string caption;
    for (const auto& reported : same) {
        const Profile& p = reported.profile;
        std::string variant = fmt::format("{}, {}", to_string(p.options.protocol), reported.study);
        for (int n = 2; std::count(variants.begin(), variants.end(), variant) > 0; ++n) {
            variant = fmt::format("{}, {} ({})", to_string(p.options.protocol), reported.study, n);
        }
        if (p.options.percentiles != first.options.percentiles) percentiles = 0;
        for (std::size_t i = 0; i < p.cells.size(); ++i) {
            values.push_back(
                row_of(space, p.cells[i], i, p.options.percentiles.size(), unit.divisor));
            if (same.size() > 1) values.back()["variant"] = variant;
        }
        caption += (caption.empty() ? "" : "; ") +
                   (same.size() > 1 ? variant + ": " + facts(reported) : facts(reported));
        variants.push_back(std::move(variant));
    }

    Figure figure;
    const std::string name = fmt::format("{} at {}", first.metric.name, resolution_text(first));
    figure.id = id_of("placements " + name);
    figure.title = fmt::format("{} [{}]", name, unit.name);
    figure.caption =
        fmt::format("{} of {} (Equations 2 and 3); {}", unit.name, space.name, caption);

    Json chart = vega_lite::chart(
        fmt::format("Curves over all placements. {}. {}", figure.title, figure.caption));
    chart["height"] = 240;
    Json params = {select("show", "show ", {"difference", "value"}), unit_parameter(space)};
    if (percentiles > 0) {
        params.push_back({{"name", "percentiles"},
                          {"value", true},
                          {"bind", {{"input", "checkbox"}, {"name", "percentiles "}}}});
    }
    if (same.size() > 1) params.push_back(select("variant", "of ", variants));
    chart["params"] = std::move(params);
    chart["data"] = {{"values", std::move(values)}};

    // one row for each placement becomes one for each curve
    Json curves = {"mean"};
    Json names{{"mean", "mean"}};
    Json domain = {"mean"};
    Json dashes = {{1, 0}};  // mean solid, percentiles dashed: not by colour alone
    for (std::size_t k = 0; k < percentiles; ++k) {
        curves.push_back(fmt::format("q{}", k));
        names[fmt::format("q{}", k)] = percentile_name(first.options.percentiles[k]);
        domain.push_back(percentile_name(first.options.percentiles[k]));
        dashes.push_back({k % 2 == 0 ? 5 : 2, 2});
    }
    Json transform = Json::array();
    transform.push_back({{"filter", unit_filter()}});
    if (same.size() > 1) transform.push_back({{"filter", "datum.variant == variant"}});
    Json tooltip = {vega_lite::line("at", "placement"), vega_lite::line("block", "block")};
    const auto add_line = [&](const std::string& field, const std::string& title) {
        transform.push_back(vega_lite::calculate(field + "_text", vega_lite::with_interval(field)));
        tooltip.push_back(vega_lite::line(field + "_text", title));
    };
    for (const auto& [field, title] : names.items()) {
        const auto words = title.get<std::string>();
        add_line(field, fmt::format("{} [{}]", words, unit.name));
        add_line(field + "_delta", words + " minus that of all");
    }
    transform.push_back(vega_lite::calculate("sure_text", "datum.sure ? 'yes' : 'cannot be told'"));
    tooltip.push_back(vega_lite::line("sure_text", "differs from the mean"));
    if (first.estimator != "exact") tooltip.push_back(vega_lite::line("count", "networks with it"));
    transform.push_back({{"fold", curves}, {"as", {"curve", "unused"}}});
    if (percentiles > 0) transform.push_back({{"filter", "percentiles || datum.curve == 'mean'"}});
    transform.push_back(vega_lite::calculate("name", names.dump() + "[datum.curve]"));
    for (const char* end : {"", "_low", "_high"}) {
        transform.push_back(vega_lite::calculate(
            std::string("y") + end,
            fmt::format("datum[datum.curve + (show == 'difference' ? '_delta' : '') + '{}']",
                        end)));
    }
    chart["transform"] = std::move(transform);
    chart["encoding"] = {{"x", placement_axis(space)}};

    Json layers = place_layers(space);
    const std::string y_title = fmt::format("{} [{}]", first.metric.name, unit.name);
    const Json legend{{"title", nullptr}, {"orient", "bottom"}, {"symbolOpacity", 1}};
    const Json color{{"field", "name"},
                     {"type", "nominal"},
                     {"scale", {{"domain", domain}}},
                     {"legend", legend}};
    const Json group{{"field", "group"}, {"type", "nominal"}};
    layers.push_back({{"mark", {{"type", "area"}, {"opacity", 0.22}}},
                      {"encoding",
                       {{"y", vega_lite::quantity("y_low", y_title)},
                        {"y2", {{"field", "y_high"}}},
                        {"color", color},
                        {"detail", group}}}});
    Json y = vega_lite::quantity("y", y_title);
    y["scale"] = {{"zero", false}};
    layers.push_back({{"mark", {{"type", "line"}, {"point", {{"size", 12}}}}},
                      {"encoding",
                       {{"y", y},
                        {"color", color},
                        {"strokeDash",
                         {{"field", "name"},
                          {"type", "nominal"},
                          {"scale", {{"domain", domain}, {"range", dashes}}},
                          {"legend", legend}}},
                        {"detail", group}}}});
    Json hover = hover_layer(tooltip);
    hover["transform"] = {{{"filter", "datum.curve == 'mean'"}}};
    layers.push_back(std::move(hover));
    chart["layer"] = std::move(layers);
    figure.spec = vega_lite::text_of(chart);
    figure.svg = draw_placements(space, first, figure);
    return figure;
}

}  // namespace blockscope
