#include "blockscope/report/insight_cards.hpp"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/report/html.hpp"
#include "blockscope/report/plots.hpp"
#include "blockscope/report/text_table.hpp"
#include "blockscope/report/vega_lite.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

using vega_lite::Json;

std::string interval_text(const Json& e) {
    if (!e.is_object() || !e.value("value", Json()).is_number()) return "";
    std::string text = significant(e["value"].get<double>(), 3);
    if (e["low"].is_number() && e["high"].is_number()) {
        text += fmt::format(" ({} to {})", significant(e["low"].get<double>(), 3),
                            significant(e["high"].get<double>(), 3));
    }
    return text;
}

Estimate estimate_of(const Json& e) {
    const auto number = [&](const char* key) {
        return e.is_object() && e.value(key, Json()).is_number() ? e[key].get<double>()
                                                                 : std::nan("");
    };
    return {number("value"), number("low"), number("high")};
}

std::string unit_of(const Json& document, const char* which) {
    const auto found = document.find(which);
    return found != document.end() && found->is_object() ? found->value("unit_of_measure", "") : "";
}

std::string card(const Json& document, const Json& insight) {
    const std::string status = insight.at("status");
    std::string text = fmt::format(
        "<article class=\"card {}\"><h3>{}</h3>\n<p class=\"status\">{}, {}",
        status == "applied" ? "applied" : "refused", html(insight.at("subject").get<std::string>()),
        html(status), html(insight.at("kind").get<std::string>()));
    if (status == "applied" && insight.at("removed_share").is_number() &&
        insight["removed_share"].get<double>() > 0) {
        text += fmt::format("; alone removes {} % of the space",
                            significant(100 * insight["removed_share"].get<double>(), 4));
    }
    text += fmt::format("</p>\n<p>{}</p>\n", html(insight.at("reason").get<std::string>()));
    if (!insight.at("places").empty()) {
        TextTable table;
        table.title = "what the replacement has more, with intervals that hold for all at once";
        table.header = {"place", "cut", "instead",
                        fmt::format("benefit [{}]", unit_of(document, "keep")),
                        fmt::format("price [{}]", unit_of(document, "reduce"))};
        for (const auto& place : insight["places"]) {
            std::string where = fmt::format("U{}", place.at("unit").get<int>());
            if (place.contains("layer") && place["layer"].is_number()) {
                where += fmt::format("-L{}", place["layer"].get<int>());
            }
            const auto word = [&place](const char* key) {
                return place.at(key).is_string() ? place[key].get<std::string>()
                                                 : place[key].dump();
            };
            table.rows.push_back({where, word("option"), word("replacement"),
                                  interval_text(place.at("benefit")),
                                  interval_text(place.at("price"))});
        }
        text += fmt::format("<details><summary>{} places</summary>{}</details>\n",
                            insight["places"].size(), html_table(table));
    }
    return text + "</article>\n";
}

}  // namespace

bool is_pruning(const std::filesystem::path& directory) {
    std::error_code code;
    return std::filesystem::is_regular_file(directory / "insights.json", code);
}

ReportedPruning read_pruning(const std::filesystem::path& directory, const std::string& study) {
    const auto file = directory / "insights.json";
    ReportedPruning pruning{study, read_file(file), {}, {}};
    const Json document = Json::parse(pruning.json, nullptr, false);
    if (!document.is_object() || document.value("schema", Json()) != "blockscope insights 1") {
        throw Error("is no insights.json of blockscope prune", file.string());
    }
    std::string fingerprint;
    try {
        fingerprint = document.at("restricted").at("fingerprint");
        (void)insight_cards(pruning);
    } catch (const Json::exception& e) {
        throw Error(std::string("is damaged: ") + e.what(), file.string());
    }
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        if (entry.path().extension() != ".toml") continue;
        try {
            auto space = load_space(entry.path().string());
            if (space.fingerprint() == fingerprint) pruning.restricted = std::move(space);
        } catch (const Error&) {  // some other file
        }
    }
    return pruning;
}

std::string insight_cards(const ReportedPruning& pruning) {
    const Json document = Json::parse(pruning.json);
    const auto& restricted = document.at("restricted");
    std::string text = fmt::format(
        "<p>{}: {} of {} networks stay ({} % removed); strength {}, keeps {}{}; {}.</p>\n<div "
        "class=\"cards\">\n",
        html(pruning.study), html(restricted.at("architectures").get<std::string>()),
        html(document.at("space").at("architectures").get<std::string>()),
        significant(100 * restricted.at("removed_share").get<double>(), 6),
        document.at("strength").dump(), html(document.at("keep").at("metric").get<std::string>()),
        document.contains("reduce") && document["reduce"].is_object()
            ? ", reduces " + html(document["reduce"].at("metric").get<std::string>())
            : std::string(),
        html(fmt::format("protocol {}, estimator {}, {:g} % intervals, {} networks",
                         document["keep"].at("protocol").get<std::string>(),
                         document["keep"].at("estimator").get<std::string>(),
                         100 * document["keep"].at("level").get<double>(),
                         document["keep"].at("evaluations").dump())));
    for (const auto& insight : document.at("insights")) text += card(document, insight);
    return text + "</div>\n";
}

Figure exchange_rate_figure(const ReportedPruning& pruning) {
    const Json document = Json::parse(pruning.json);
    Figure figure;
    const std::string benefit = unit_of(document, "keep");
    const std::string price = unit_of(document, "reduce");
    if (price.empty()) return figure;
    const std::string unit = benefit + "/" + price;
    figure.id = id_of("rates " + pruning.study);
    figure.title = fmt::format("what a step buys, {} [{}]", pruning.study, unit);
    Json values = Json::array();
    IntervalPlot plot;
    plot.x_title = fmt::format("benefit by price [{}]", unit);
    plot.with_zero = false;
    for (const auto& step : document.at("exchange_rates")) {
        const Estimate rate = estimate_of(step.at("rate"));
        if (std::isnan(rate.value)) continue;  // free: its price may be 0
        plot.rows.emplace_back(step.at("step").get<std::string>(), rate);
        Json row{{"step", step.at("step")}};
        vega_lite::add(row, "rate", rate);
        row["benefit"] = interval_text(step.at("benefit"));
        row["price"] = interval_text(step.at("price"));
        values.push_back(std::move(row));
    }
    if (values.empty()) return figure;
    const double going = plot.guide = document.at("going_rate").get<double>();
    figure.caption = fmt::format(
        "benefit of a step by its price, intervals hold for all steps at once; dashed: the going "
        "rate, "
        "{} {}; steps whose price may be 0 are left out",
        significant(going, 3), unit);
    Json chart = vega_lite::chart(figure.title + ". " + figure.caption);
    chart["height"] = 18 * values.size();
    chart["data"] = {{"values", std::move(values)}};
    chart["transform"] = {vega_lite::calculate("rate_text", vega_lite::with_interval("rate"))};
    const Json y{{"field", "step"},
                 {"type", "ordinal"},
                 {"sort", nullptr},
                 {"title", nullptr},
                 {"axis", {{"grid", true}}}};
    const Json tooltip = {vega_lite::line("step", "step"),
                          vega_lite::line("rate_text", "rate [" + unit + "]"),
                          vega_lite::line("benefit", "benefit [" + benefit + "]"),
                          vega_lite::line("price", "price [" + price + "]")};
    chart["layer"] = {
        {{"mark", {{"type", "rule"}, {"style", "interval"}}},
         {"encoding",
          {{"y", y},
           {"x", vega_lite::quantity("rate_low", plot.x_title)},
           {"x2", {{"field", "rate_high"}}},
           {"tooltip", tooltip}}}},
        {{"mark", {{"type", "point"}, {"filled", true}, {"opacity", 1}, {"style", "series"}}},
         {"encoding",
          {{"y", y}, {"x", vega_lite::quantity("rate", plot.x_title)}, {"tooltip", tooltip}}}},
        {{"mark", {{"type", "rule"}, {"style", "guide"}}},
         {"encoding", {{"x", {{"datum", going}}}}}}};
    figure.spec = vega_lite::text_of(chart);
    figure.svg = draw_intervals(plot, figure);
    return figure;
}

Figure restriction_figure(const DesignSpace& full, const DesignSpace& restricted,
                          const std::string& study) {
    Figure figure;
    figure.id = id_of("restricted " + study);
    figure.title = fmt::format("{} against {}", restricted.name, full.name);
    figure.caption = fmt::format("{} of {} networks; x: cut, filled: kept", size(restricted).total,
                                 size(full).total);
    if (full.units.size() != restricted.units.size() ||
        full.blocks.size() != restricted.blocks.size()) {
        return figure;
    }
    Json values = Json::array();
    Matrix matrix;
    matrix.rows.push_back("unit may end here");
    for (const auto& block : full.blocks) matrix.rows.push_back(block.name);
    matrix.cell_width = 26;
    matrix.cell_height = 20;
    matrix.turned = true;
    int column = 0;
    for (std::size_t u = 0; u < full.units.size(); ++u) {
        const Unit& all = full.units[u];
        const Unit& some = restricted.units[u];
        for (int l = 0; l < all.max_depth; ++l, ++column) {
            const std::string at = fmt::format("U{}-L{}", u + 1, l + 1);
            matrix.columns.push_back(at);
            const auto add = [&](const std::string& option, std::size_t order, bool kept) {
                matrix.cells.push_back({order, static_cast<std::size_t>(column),
                                        kept ? "#6fb0e2" : "", false, kept ? "" : "x"});
                values.push_back({{"at", at},
                                  {"c", column},
                                  {"option", option},
                                  {"r", order},
                                  {"kept", kept ? "kept" : "cut"}});
            };
            if (((all.depths >> (l + 1)) & 1U) != 0) {
                add("unit may end here", 0, ((some.depths >> (l + 1)) & 1U) != 0);
            }
            for (const int b : allowed(all.blocks[static_cast<std::size_t>(l)])) {
                const auto bits = some.blocks[static_cast<std::size_t>(l)];
                add(full.blocks[static_cast<std::size_t>(b)].name, static_cast<std::size_t>(b) + 1,
                    ((bits >> b) & 1U) != 0);
            }
        }
    }
    Json chart = vega_lite::chart("A restricted space. " + figure.title + ". " + figure.caption);
    chart["height"] = {{"step", 20}};
    chart["width"] = {{"step", 24}};
    chart["data"] = {{"values", std::move(values)}};
    chart["encoding"] = {{"x",
                          {{"field", "at"},
                           {"type", "ordinal"},
                           {"sort", {{"field", "c"}, {"op", "min"}}},
                           {"title", nullptr},
                           {"axis", {{"labelAngle", -90}, {"domain", false}, {"ticks", false}}}}},
                         {"y",
                          {{"field", "option"},
                           {"type", "ordinal"},
                           {"sort", {{"field", "r"}, {"op", "min"}}},
                           {"title", nullptr},
                           {"axis", {{"domain", false}, {"ticks", false}}}}},
                         {"tooltip",
                          {vega_lite::line("at", "layer"), vega_lite::line("option", "choice"),
                           vega_lite::line("kept", "is")}}};
    chart["layer"] = {
        {{"mark", {{"type", "rect"}, {"style", "series"}, {"width", 21}, {"height", 17}}},
         {"encoding",
          {{"opacity",
            {{"condition", {{"test", "datum.kept == 'kept'"}, {"value", 0.75}}},
             {"value", 0.08}}}}}},
        {{"transform", {{{"filter", "datum.kept == 'cut'"}}}},
         {"mark", {{"type", "text"}, {"style", "quiet"}}},
         {"encoding", {{"text", {{"value", "x"}}}}}}};
    figure.spec = vega_lite::text_of(chart);
    figure.svg = draw_matrix(matrix, figure);
    return figure;
}

}  // namespace blockscope
