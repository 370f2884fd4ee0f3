#include "blockscope/report/model_figures.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/model/fitted_model_file.hpp"
#include "blockscope/report/plots.hpp"
#include "blockscope/report/vega_lite.hpp"

namespace blockscope {
namespace {

using vega_lite::Json;
namespace fs = std::filesystem;

constexpr std::pair<const char*, double KindErrors::*> kinds[] = {
    {"ridge", &KindErrors::ridge},     {"hierarchical", &KindErrors::hierarchical},
    {"kernel", &KindErrors::kernel},   {"mlp", &KindErrors::mlp},
    {"boosted", &KindErrors::boosted}, {"gru", &KindErrors::gru}};

std::string shown(const Estimate& e) {
    if (std::isnan(e.value)) return "";
    return fmt::format("{} ({} to {})", significant(e.value, 3), significant(e.low, 3),
                       significant(e.high, 3));
}

}  // namespace

std::vector<ReportedModel> read_models(const fs::path& directory, const std::string& study) {
    std::vector<ReportedModel> models;
    for (const auto& entry : fs::directory_iterator(directory)) {
        if (entry.path().extension() != ".json" || !entry.is_regular_file()) continue;
        const std::string text = read_file(entry.path());
        constexpr std::size_t head = 100;  // where a model says that it is one
        if (text.substr(0, head).find("\"blockscope-model\"") == std::string::npos) continue;
        models.push_back({fmt::format("{}, {}", study, entry.path().stem().string()),
                          parse_fitted_card(text, entry.path().string())});
    }
    std::sort(models.begin(), models.end(),
              [](const auto& a, const auto& b) { return a.study < b.study; });
    return models;
}

Figure learning_figure(const ReportedModel& model) {
    Figure figure;
    const FittedCard& card = model.card;
    SeriesPlot plot;
    plot.lines = plot.log_x = plot.log_y = true;
    plot.x_title = "architectures fitted to";
    plot.y_title = fmt::format("mean absolute error [{}]", card.unit);
    Json values = Json::array();
    Json names = Json::array();
    for (const auto& [name, member] : kinds) {
        SeriesPlot::Series series{name, {}};
        for (const auto& point : card.curve) {
            const double error = point.error.*member;
            if (!(error > 0)) continue;  // not tried, or too good for a logarithm
            series.points.push_back({exactly(static_cast<double>(point.rows)), exactly(error)});
            values.push_back({{"kind", name},
                              {"rows", point.rows},
                              {"error", vega_lite::number(error, 4)},
                              {"subsets", point.subsets}});
        }
        if (series.points.empty()) continue;
        names.push_back(name);
        plot.series.push_back(std::move(series));
    }
    if (values.empty()) return figure;
    figure.id = id_of("learning " + model.study);
    figure.title = fmt::format("learning curve, {} [{}]", model.study, card.unit);
    figure.caption = fmt::format(
        "mean absolute error of {} on {} {} that no model saw, by architectures of {} fitted to; "
        "means over disjoint subsets where there are several; chosen: {}; seed {}",
        card.name, card.error.rows, card.error_from, card.space, card.kind, card.seed);

    Json chart = vega_lite::chart(figure.title + ". " + figure.caption);
    chart["height"] = 240;
    chart["data"] = {{"values", std::move(values)}};
    chart["mark"] = {{"type", "line"}, {"point", {{"size", 30}}}};
    const auto logarithmic = [](const char* field, const std::string& title) {
        Json channel = vega_lite::quantity(field, title);
        channel["scale"] = {{"type", "log"}, {"nice", false}, {"padding", 8}};
        channel["axis"] = {{"tickCount", 6}};
        return channel;
    };
    const Json kind{{"field", "kind"},
                    {"type", "nominal"},
                    {"scale", {{"domain", names}}},
                    {"legend", {{"title", nullptr}, {"orient", "bottom"}, {"symbolOpacity", 1}}}};
    chart["encoding"] = {
        {"x", logarithmic("rows", plot.x_title)},
        {"y", logarithmic("error", plot.y_title)},
        {"color", kind},
        {"shape", kind},
        {"tooltip",
         {vega_lite::line("kind", "kind"), vega_lite::line("rows", plot.x_title),
          vega_lite::quantity("error", plot.y_title), vega_lite::line("subsets", "subsets")}}};
    figure.spec = vega_lite::text_of(chart);
    figure.svg = draw_series(plot, figure);
    return figure;
}

TextTable models_table(std::span<const ReportedModel> models) {
    TextTable table;
    table.title = "How wrong predictors are on rows that they never saw";
    table.header = {"model",
                    "predicts",
                    "kind",
                    "fitted to",
                    "judged by",
                    "mean absolute error",
                    "of the truth [%]",
                    "Spearman",
                    "prediction interval"};
    for (const auto& [study, card] : models) {
        const auto& e = card.error;
        table.rows.push_back({study, fmt::format("{} [{}]", card.name, card.unit), card.kind,
                              fmt::format("{} of {}", card.rows, card.space),
                              fmt::format("{} {}", e.rows, card.error_from), shown(e.mean_absolute),
                              shown(e.mean_percent), shown(e.spearman),
                              fmt::format("\u00b1 {} at {:g} %", significant(card.half_width, 3),
                                          100 * card.level)});
    }
    return table;
}

}  // namespace blockscope
